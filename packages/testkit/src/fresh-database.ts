import { type Database, openDatabase } from '@faultline/db/database'
import { afterAll, beforeAll, inject } from 'vitest'
import type {} from './global-setup.ts'
import { type Clone, cloneDatabase } from './template-database.ts'

export interface FreshDatabase {
  /** connected as the application's role: grants and row-level security hold as in production */
  readonly db: Database
  readonly appUrl: string
  /** for what only the owner may do: preparing rows that the application cannot make, looking behind the curtain */
  readonly ownerUrl: string
}

/**
 * Call at the top of a test file: the file gets an empty, migrated database of its own, dropped at its end. The fields are
 * there from beforeAll on.
 */
export function freshDatabase(): FreshDatabase {
  let made: { clone: Clone; db: Database; appUrl: string } | undefined
  beforeAll(async () => {
    const cluster = inject('faultlineCluster')
    const clone = await cloneDatabase(cluster)
    const url = new URL(clone.ownerUrl)
    url.username = cluster.app.role
    url.password = cluster.app.password
    made = { clone, appUrl: url.href, db: openDatabase({ url: url.href, applicationName: 'faultline test' }) }
  })
  afterAll(async () => {
    await made?.db.close()
    await made?.clone.drop()
  })
  const ready = () => {
    if (!made) throw new Error('freshDatabase() is ready from beforeAll on: use it inside tests and hooks only.')
    return made
  }
  return {
    get db() {
      return ready().db
    },
    get appUrl() {
      return ready().appUrl
    },
    get ownerUrl() {
      return ready().clone.ownerUrl
    },
  }
}
