import type { ServerResponse } from 'node:http'
import type { Database } from '@faultline/db/database'
import { answerJson } from './answer.ts'

/** The process lives. Asks nobody. */
export const answerHealth = (response: ServerResponse): void => answerJson(response, 200, { status: 'ok' })

/** The database answers and has the tables that this version needs; else 503 and why. */
export async function answerReadiness(response: ServerResponse, db: Database): Promise<void> {
  const reason = await whyNotReady(db)
  if (reason === null) answerJson(response, 200, { status: 'ready' })
  else answerJson(response, 503, { status: 'unavailable', reason })
}

/** Every table of the schema; the newest migration's come last. */
const TABLES = ['app_user', 'instrument', 'lease', 'build', 'checkpoint', 'candle', 'open_interest', 'funding', 'gap', 'column', 'tile']
const PATIENCE_MS = 3_000

async function whyNotReady(db: Database): Promise<string | null> {
  const question = db.pool.query<{ name: string }>(
    `SELECT name FROM unnest($1::text[]) AS name
      WHERE to_regclass(quote_ident(name)) IS NULL OR NOT has_table_privilege(to_regclass(quote_ident(name)), 'SELECT')`,
    [TABLES],
  )
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), PATIENCE_MS)
  })
  try {
    const { rows } = await Promise.race([question, late])
    return rows.length === 0 ? null : `The database lacks ${rows.map((r) => r.name).join(', ')}: run the migrations (npm start does).`
  } catch {
    question.catch(() => {})
    return 'The database does not answer.'
  } finally {
    clearTimeout(timer)
  }
}
