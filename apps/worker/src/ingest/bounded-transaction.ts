/** A transaction that ends: a connection that neither answers nor breaks would hold its locks, and its caller, for ever. */
import type { Database, Transaction } from '@faultline/db/database'

export interface BoundedOptions {
  /** for all of it; the server is told to give up statements earlier */
  limitMs: number
  signal?: AbortSignal
  /** called when all is done but the commit: whether a failure from here on left it undone, nobody knows */
  onCommitting?: () => void
}

/** Runs `work` in a transaction. @throws what `work` or the database says; Error when the time is up or `signal` aborts */
export async function boundedTransaction<T>(db: Database, options: BoundedOptions, work: (client: Transaction) => Promise<T>): Promise<T> {
  const { limitMs, signal } = options
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(new Error(`the database did not answer within ${limitMs} ms`)), limitMs)
  const onAbort = (): void => stop.abort(new Error('the transaction was given up'))
  signal?.addEventListener('abort', onAbort, { once: true })
  if (signal?.aborted) onAbort()
  let client: Transaction | undefined
  let broken = false
  try {
    client = await connection(db, stop.signal)
    const { signal: ended } = stop
    ended.throwIfAborted()
    // Ending a client with a query under way destroys its socket, and the query fails.
    const hangUp = (): void => {
      broken = true
      client?.end().catch(() => undefined)
    }
    ended.addEventListener('abort', hangUp, { once: true })
    await client.query(
      `begin; set local statement_timeout = ${Math.ceil(limitMs / 2)}; set local lock_timeout = ${Math.ceil(limitMs / 4)}; set local idle_in_transaction_session_timeout = ${2 * limitMs}`,
    )
    const result = await work(client)
    ended.throwIfAborted()
    options.onCommitting?.()
    const { command } = await client.query('commit')
    if (command !== 'COMMIT') throw new Error('the transaction had failed before its commit')
    return result
  } catch (error) {
    if (client && !broken)
      await client.query('rollback').catch(() => {
        broken = true
      })
    throw stop.signal.aborted ? stop.signal.reason : error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
    client?.release(broken)
  }
}

async function connection(db: Database, signal: AbortSignal): Promise<Transaction> {
  const connecting = db.pool.connect()
  let onAbort = (): void => undefined
  try {
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => reject(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      if (signal.aborted) onAbort()
    })
    return await Promise.race([connecting, aborted])
  } catch (error) {
    // It may come later, and belongs to the pool then.
    connecting.then(
      (client) => client.release(),
      () => undefined,
    )
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
