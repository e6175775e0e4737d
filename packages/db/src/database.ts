import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient } from './generated/prisma/client.ts'

/** The application's connection to one database: Prisma for people's rows, the pool's SQL for the market's. */
export interface Database {
  readonly prisma: PrismaClient
  readonly pool: pg.Pool
  readonly url: string
  close(): Promise<void>
}

/** Anything that runs a query: a pool (each query on its own) or a client (inside its transaction). */
export type Queryable = pg.Pool | pg.PoolClient

/** A client inside its transaction, as inTransaction() hands it out. */
export type Transaction = pg.PoolClient

/**
 * Opens nothing yet: connections are made when they are needed, by Prisma and by the repositories from one pool.
 *
 * `url` is the application role's (DATABASE_APP_URL), never the owner's; `poolSize` is the largest number of connections.
 */
export function openDatabase(options: { url: string; poolSize?: number; applicationName?: string }): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize ?? 10,
    application_name: options.applicationName ?? 'faultline',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  })
  // A connection that breaks is replaced by the pool, and whoever uses it is told by the query that fails. Without listeners,
  // one for idle connections and one for those handed out, the event itself would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
  return {
    prisma,
    pool,
    url: options.url,
    async close() {
      await prisma.$disconnect()
      await pool.end()
    },
  }
}

/** Runs `work` in one transaction (READ COMMITTED): committed when it returns, rolled back when it throws. */
export async function inTransaction<T>(db: Database, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await db.pool.connect()
  let broken: Error | undefined
  try {
    await client.query('BEGIN')
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    // A connection that cannot even roll back is in an unknown state: it leaves the pool.
    await client.query('ROLLBACK').catch((e: Error) => {
      broken = e
    })
    throw error
  } finally {
    client.release(broken)
  }
}
