import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startSession } from '@faultline/db/repositories/sessions'
import { makeUser } from '@faultline/testkit/factories'
import { type FreshDatabase, freshDatabase } from '@faultline/testkit/fresh-database'
import { encode } from 'next-auth/jwt'
import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { type OpenServices, openServices, runtimeOf } from '../assemble.ts'
import type { OauthClient } from '../auth/oauth.ts'
import { type Caller, createCaller } from '../caller.ts'
import { createFront, type Handler } from '../front/front.ts'
import type { WebRuntime } from '../runtime.ts'

export const SECRET = 'a secret of tests that is long enough'
export const ENCRYPTION_KEYS = `test:${Buffer.alloc(32, 7).toString('base64')}`

export interface Person {
  id: string
  email: string
  password: string
  role: 'admin' | 'member'
}

export interface WebUnderTest {
  readonly database: FreshDatabase
  readonly services: OpenServices
  readonly runtime: WebRuntime
  /** http://127.0.0.1:PORT */
  readonly origin: string
  /** as the owner: what the application may not do */
  sql(text: string, values?: unknown[]): Promise<pg.QueryResult>
  /** `plan`: key of a plan, `free` unless it is given */
  addPerson(options?: { role?: 'admin' | 'member'; password?: string; plan?: string }): Promise<Person>
  /** a Cookie header as next-auth would have set it, of a session that begins now */
  cookieOf(person: Person, sessionVersion?: number): Promise<string>
  callerOf(cookie: string | null): Promise<Caller>
  get(path: string, headers?: Record<string, string>): Promise<Response>
}

/** Call at the top of a test file: services and front on a database of their own, with a stand-in for Next's pages. */
export function webUnderTest(
  options: {
    pages?: Handler
    databaseUrl?: () => string
    embed?: readonly string[]
    mail?: boolean
    billingSecret?: string
    oauth?: () => readonly OauthClient[]
  } = {},
): WebUnderTest {
  const database = freshDatabase()
  let services: OpenServices | undefined
  let runtime: WebRuntime | undefined
  let server: Server | undefined
  let origin = ''
  let people = 0
  beforeAll(async () => {
    server = createServer((request, response) => front(request, response))
    await new Promise<void>((listening) => (server as Server).listen(0, '127.0.0.1', listening))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const publicUrl = new URL(origin)
    services = openServices({
      databaseUrl: options.databaseUrl?.() ?? database.appUrl,
      authSecret: SECRET,
      publicUrl,
      encryptionKeys: ENCRYPTION_KEYS,
      embed: options.embed ?? null,
      mail: options.mail ?? false,
      billingSecret: options.billingSecret,
      oauth: options.oauth?.() ?? [],
    })
    runtime = runtimeOf(services, { authSecret: SECRET, publicUrl })
    const pages: Handler = options.pages ?? ((request, response) => void response.end(`page ${request.url}`))
    const front = createFront({ services, publicUrl, pages })
  })
  afterAll(async () => {
    await services?.stop()
    server?.closeAllConnections()
    await new Promise((closed) => server?.close(closed))
    await services?.close()
  })
  const there = <T>(made: T | undefined): T => {
    if (made === undefined) throw new Error('webUnderTest() is ready from beforeAll on.')
    return made
  }
  const sql = async (text: string, values?: unknown[]) => {
    const client = new pg.Client({ connectionString: database.ownerUrl })
    await client.connect()
    try {
      return await client.query(text, values)
    } finally {
      await client.end()
    }
  }
  return {
    database,
    get services() {
      return there(services)
    },
    get runtime() {
      return there(runtime)
    },
    get origin() {
      return origin
    },
    sql,
    async addPerson({ role = 'member', password = 'correct horse battery staple', plan } = {}) {
      const email = `person-${++people}@example.org`
      const passwordHash = await there(services).passwords.hash(password)
      const id = await makeUser(database.ownerUrl, { email, passwordHash, role })
      if (plan !== undefined) await sql('update app_user set plan_key = $2 where id = $1', [id, plan])
      return { id, email, password, role }
    },
    async cookieOf(person, sessionVersion = 1) {
      const session = { userId: person.id, method: 'password', ip: '127.0.0.1', userAgent: 'vitest' } as const
      // where there is no database of the services' there is no session either
      const sessionId = options.databaseUrl ? randomUUID() : await startSession(there(services).db, session)
      const token = await encode({ token: { userId: person.id, sessionVersion, sessionId }, secret: SECRET, maxAge: 3_600 })
      return `next-auth.session-token=${token}`
    },
    callerOf: async (cookie) =>
      createCaller({ services: there(services), session: await there(services).sessions.ofCookies(cookie), ip: '127.0.0.1' }),
    get: (path, headers = {}) => fetch(origin + path, { headers, redirect: 'manual' }),
  }
}
