/** One value that the database refuses must not keep thousands of others out: what is refused is found, the rest is stored. */
import type { Transaction } from '@faultline/db/database'
import { type StoredLive, storeLive } from '@faultline/db/repositories/live-events'
import { marketEvent } from '@faultline/market/event'
import { databaseFailure, failureText } from './database-failure.ts'

type LiveRow = Parameters<typeof storeLive>[1][number]

export interface Refused<T> {
  item: T
  reason: string
}

/**
 * Does `work` with all items that the database takes: with all at once, else with halves, and so on down to single ones. Part
 * of the caller's transaction, which goes on; failures of another kind than a refusal are thrown.
 */
export async function withoutRefused<T>(
  client: Transaction,
  items: readonly T[],
  work: (items: readonly T[]) => Promise<void>,
): Promise<Refused<T>[]> {
  if (items.length === 0) return []
  await client.query('savepoint refusal')
  try {
    await work(items)
    await client.query('release savepoint refusal')
    return []
  } catch (error) {
    if (databaseFailure(error) !== 'refused') throw error
    await client.query('rollback to savepoint refusal; release savepoint refusal')
    if (items.length === 1) return [{ item: items[0] as T, reason: reasonOf(error) }]
    const middle = items.length >> 1
    const first = await withoutRefused(client, items.slice(0, middle), work)
    return [...first, ...(await withoutRefused(client, items.slice(middle), work))]
  }
}

/** As storeLive(), without what no event may be. */
export async function storeAccepted(
  client: Transaction,
  rows: readonly LiveRow[],
): Promise<{ stored: StoredLive; refused: Refused<LiveRow>[] }> {
  const stored: StoredLive = { inserted: 0, earliest: new Map() }
  const refused: Refused<LiveRow>[] = []
  // Most of what is wrong shows without the database, however much of it there is.
  const plausible = rows.filter((item) => {
    const { error } = marketEvent.safeParse(item.event)
    if (error) refused.push({ item, reason: error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ') })
    return !error
  })
  const others = await withoutRefused(client, plausible, async (part) => {
    const { inserted, earliest } = await storeLive(client, part)
    stored.inserted += inserted
    mergeEarliest(stored.earliest, earliest)
  })
  return { stored, refused: [...refused, ...others] }
}

/** Takes the earlier time per instrument and kind. */
export function mergeEarliest(into: StoredLive['earliest'], from: StoredLive['earliest']): void {
  for (const [id, kinds] of from) {
    const known = into.get(id) ?? {}
    for (const [kind, time] of Object.entries(kinds) as [keyof typeof kinds, number][]) known[kind] = Math.min(time, known[kind] ?? time)
    into.set(id, known)
  }
}

function reasonOf(error: unknown): string {
  const constraint = error instanceof Error && 'constraint' in error && typeof error.constraint === 'string' ? ` (${error.constraint})` : ''
  return `the database refuses it: ${failureText(error)}${constraint}`
}
