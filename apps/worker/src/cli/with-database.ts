import { type Database, openDatabase } from '@faultline/db/database'
import { FaultlineError } from '@faultline/market/errors'
import { readEnv } from '../env.ts'

/** Opens the application's database for one command and closes it whatever happens. */
export async function withDatabase<T>(command: string, work: (db: Database) => Promise<T>, poolSize = 6): Promise<T> {
  const { databaseUrl } = readEnv()
  const db = openDatabase({ url: databaseUrl, poolSize, applicationName: `faultline ${command}` })
  try {
    await reach(db, databaseUrl)
    return await work(db)
  } catch (error) {
    throw isLoss(error) ? new FaultlineError('unavailable', `The database went away: ${error.message}. ${AGAIN}`, { cause: error }) : error
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

const AGAIN = 'What was written stays; when it is back, the same command goes on from there.'

/** The server was stopped, its connection broke, or it is out of room (classes 08, 53 and 57P of Postgres' error codes). */
function isLoss(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof FaultlineError) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return /^(08|53|57P0|ECONN|EPIPE|ETIMEDOUT)/.test(code) || /^Connection terminated/.test(error.message)
}
