import { type Database, openDatabase } from '@faultline/db/database'
import { FaultlineError } from '@faultline/market/errors'
import { readEnv } from '../env.ts'

/** Opens the application's database for one command and closes it whatever happens. */
export async function withDatabase<T>(command: string, work: (db: Database) => Promise<T>): Promise<T> {
  const { databaseUrl } = readEnv()
  const db = openDatabase({ url: databaseUrl, poolSize: 4, applicationName: `faultline ${command}` })
  try {
    await reach(db, databaseUrl)
    return await work(db)
  } finally {
    await db.close()
  }
}

/** Says which server could not be reached, without its password, before any work was done for nothing. */
async function reach(db: Database, url: string): Promise<void> {
  try {
    await db.pool.query('select 1')
  } catch (cause) {
    const { host, pathname } = new URL(url)
    const said =
      cause instanceof AggregateError ? cause.errors.map(String).join('; ') : cause instanceof Error ? cause.message : String(cause)
    throw new FaultlineError(
      'unavailable',
      `The database ${pathname.slice(1)} at ${host} does not answer: ${said}. Is it running, and is DATABASE_APP_URL right?`,
      {
        cause,
      },
    )
  }
}
