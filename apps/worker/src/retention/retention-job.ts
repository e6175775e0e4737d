/** Applies the retention policy now and then; several workers may try, one at a time does it. */
import type { Database } from '@faultline/db/database'
import { applyRetention, type RetentionRun } from '@faultline/db/repositories/retention'
import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { pause } from '../live/pause.ts'
import { messageOf } from '../message-of.ts'

/** A worker that has just started has more urgent things to do. */
const FIRST_AFTER_MS = 10 * MINUTE_MS
const EVERY_MS = HOUR_MS

/** Runs until `signal`; a failure is logged and tried again at the next time. */
export async function keepRetention(options: { db: Database; log: (line: string) => void; signal: AbortSignal }): Promise<void> {
  const { db, log, signal } = options
  await pause(FIRST_AFTER_MS * (1 + Math.random()), signal)
  while (!signal.aborted) {
    try {
      const done = await applyRetention(db, Date.now(), signal)
      const told = done ? describeRun(done) : null
      if (told !== null) log(`retention: ${told}`)
    } catch (error) {
      log(`retention: ${messageOf(error)}`)
    }
    await pause(EVERY_MS, signal)
  }
}

/** In words; null where nothing was to be done. */
export function describeRun({ dropped, columns, tiles, compacted, busy }: RetentionRun): string | null {
  const parts = Object.entries(dropped).map(([kind, months]) => `${months} ${months === 1 ? 'month' : 'months'} of ${kind} dropped`)
  if (columns > 0) parts.push(`${columns} columns thinned out`)
  if (tiles > 0) parts.push(`${tiles} fine tiles dropped`)
  if (compacted > 0) parts.push(`${compacted} ${compacted === 1 ? 'month' : 'months'} of columns compacted`)
  if (busy.length > 0) parts.push(`${busy.join(', ')} left for the next time: in use`)
  return parts.length === 0 ? null : parts.join(', ')
}
