/** One batch into the database, inside the caller's transaction: fenced by the leases of its instruments. */
import type { Transaction } from '@faultline/db/database'
import { advanceCoverage, type FeedState, writeFeedStates } from '@faultline/db/repositories/feed-states'
import { enterGaps, type Gap } from '@faultline/db/repositories/gaps'
import { type LiveRow, type StoredLive, storeLive, timeOf } from '@faultline/db/repositories/live-events'
import { addToQuarantine } from '@faultline/db/repositories/quarantine'
import { enterSilences } from '@faultline/db/repositories/silences'
import { openInterestEvent } from '@faultline/market/event'
import { DAY_MS } from '@faultline/market/units'
import type { AttachedInstrument } from './attached-instrument.ts'
import type { Batch } from './batch.ts'
import { knownAfter } from './known-after.ts'
import { type Refused, storeAccepted, withoutRefused } from './refusals.ts'

export interface BatchToWrite {
  batch: Batch
  /**
   * - `live`: as it was accepted
   * - `late`, `history`: asked for over REST; `history` counts as known by its own time
   * - `spooled`: read from disk. It may be of another process, or of instruments that another worker holds by now
   */
  kind: 'live' | 'late' | 'history' | 'spooled'
  attached: ReadonlyMap<number, AttachedInstrument>
  worker: string
  /** something was refused in the first attempt: find it */
  careful: boolean
  /** for what is put into quarantine, UTC ms */
  now: number
}

export interface WrittenBatch {
  stored: StoredLive
  /** another worker holds them: nothing of them was written, or, of a spooled batch, what is written of others' instruments */
  lost: AttachedInstrument[]
  /** events that were left out because of that */
  fenced: number
  refusedEvents: Refused<LiveRow>[]
  /** gaps, states or messages that were refused, for the log */
  refusedOthers: string[]
  /** to be called when the transaction is committed */
  committed: () => void
}

export async function writeBatch(client: Transaction, given: BatchToWrite): Promise<WrittenBatch> {
  const { batch, kind, attached, worker, careful } = given
  const at = performance.now()
  const own = new Map<number, AttachedInstrument>()
  for (const id of batch.instruments.keys()) {
    const entry = attached.get(id)
    if (entry && !entry.lost) own.set(id, entry)
  }
  for (const entry of attached.values()) {
    if (!entry.lost && entry.due(at, {}, batch.forced)) own.set(entry.id, entry)
  }
  const epochs = await lockLeases(client, [...own.keys()])
  const lost = [...own.values()].filter((entry) => epochs.get(entry.id) !== entry.given.lease.epoch)
  for (const { id } of lost) own.delete(id)
  const others = kind === 'spooled' ? await lockOthers(client, batch, own) : new Map<number, OtherInstrument>()

  const rows: LiveRow[] = []
  for (const { instrumentId, event } of batch.rows) {
    const entry = own.get(instrumentId)
    const other = entry ? undefined : others.get(instrumentId)
    if (!entry && !other) continue
    const steppedTo = other ? other.estimatedTo : kind === 'history' ? null : (entry?.steppedTo ?? null)
    rows.push({ instrumentId, event, knownAfter: knownAfter(event, steppedTo) })
  }
  const { stored, refused: refusedEvents } = careful
    ? await storeAccepted(client, rows)
    : { stored: await storeLive(client, rows), refused: [] }

  const refusedOthers: string[] = []
  const attempt = async <T>(items: readonly T[], work: (items: readonly T[]) => Promise<void>): Promise<void> => {
    if (!careful) return work(items)
    for (const { item, reason } of await withoutRefused(client, items, work)) refusedOthers.push(`${JSON.stringify(item)}: ${reason}`)
  }
  /** What was estimated has taken silence for an answer, and a rebuild is to do the same. */
  const silenceOf = ({ instrumentId, channel, from, to }: Gap) => {
    const steppedTo = own.get(instrumentId)?.steppedTo ?? others.get(instrumentId)?.estimatedTo ?? from
    return channel === 'liquidation' ? [{ instrumentId, from: Math.max(from, steppedTo), to }] : []
  }
  const isOurs = (id: number): boolean => own.has(id) || others.get(id)?.isUnchanged === true
  await attempt(
    batch.gaps.filter((gap) => isOurs(gap.instrumentId)),
    async (gaps) => {
      await enterGaps(client, gaps)
      await enterSilences(client, gaps.flatMap(silenceOf))
    },
  )
  const unread = [
    ...batch.quarantined,
    ...refusedEvents.flatMap(({ item, reason }) => {
      const instrument = batch.instruments.get(item.instrumentId)
      return instrument
        ? [{ dataSourceId: instrument.dataSourceId, receivedAt: given.now, reason, payload: JSON.stringify(item.event) }]
        : []
    }),
  ]
  await attempt(unread, (messages) => addToQuarantine(client, messages))

  const states: FeedState[] = []
  const news: FeedState[] = []
  const coverage = batch.coverage.filter(({ instrumentId }) => !own.has(instrumentId) && isOurs(instrumentId))
  const marks: (() => void)[] = []
  for (const entry of own.values()) {
    const covering = batch.coverageOf(entry.id)
    const what = entry.due(at, covering, batch.forced)
    const state = what === 'state' ? entry.stateWith(covering, worker) : null
    if (state) {
      states.push(state)
      if (entry.isNews) news.push(state)
    }
    if (what) coverage.push(...entry.coverageWith(covering).filter(({ channel }) => !state || !(channel in state.channels)))
    marks.push(entry.mark(covering, what))
  }
  await attempt(states, (some) =>
    writeFeedStates(
      client,
      some,
      news.filter((state) => some.includes(state)),
    ),
  )
  await attempt(coverage, (some) => advanceCoverage(client, some))
  return {
    stored,
    lost,
    fenced: batch.rows.length - rows.length,
    refusedEvents,
    refusedOthers,
    committed: () => {
      for (const mark of marks) mark()
    },
  }
}

/** Epochs as they are until the transaction ends. Always locked in this order, so that two workers cannot wait for each other. */
async function lockLeases(client: Transaction, instrumentIds: readonly number[]): Promise<Map<number, number>> {
  if (instrumentIds.length === 0) return new Map()
  const { rows } = await client.query<{ id: number; epoch: number }>(
    'select instrument_id as id, epoch::float8 as epoch from lease where instrument_id = any($1) order by instrument_id for share',
    [instrumentIds],
  )
  return new Map(rows.map((row) => [row.id, row.epoch]))
}

/** Anything else is refused in a moment. */
const isTime = (time: number): boolean => openInterestEvent.shape.time.safeParse(time).success

interface OtherInstrument {
  /** nobody has taken the lease since the batch was spooled */
  isUnchanged: boolean
  /** no bucket beyond this can have been estimated, or be under way; UTC ms */
  estimatedTo: number | null
}

/**
 * Instruments of a spooled batch that this worker does not hold. Their leases are locked against everything else, so that no
 * worker commits a candle, and estimates its bucket, while this transaction runs: see the head of writer.ts.
 */
async function lockOthers(
  client: Transaction,
  batch: Batch,
  own: ReadonlyMap<number, AttachedInstrument>,
): Promise<Map<number, OtherInstrument>> {
  const others = [...batch.instruments.values()].filter((i) => !own.has(i.instrumentId))
  if (others.length === 0) return new Map()
  const earliest = new Map<number, number>()
  for (const { instrumentId: id, event } of batch.rows) {
    const time = timeOf(event)
    if (!own.has(id) && isTime(time)) earliest.set(id, Math.min(time, earliest.get(id) ?? time))
  }
  for (const { instrumentId: id, from } of batch.gaps)
    if (!own.has(id) && isTime(from)) earliest.set(id, Math.min(from, earliest.get(id) ?? from))
  const ids = others.map((i) => i.instrumentId)
  const { rows: leases } = await client.query<{ id: number; epoch: number }>(
    'select instrument_id as id, epoch::float8 as epoch from lease where instrument_id = any($1) order by instrument_id for update',
    [ids],
  )
  // A candle lasts a day at most: what begins earlier than that before the batch ends before it.
  const { rows } = await client.query<{ id: number; estimatedTo: number | null }>(
    `select w.id, round(date_part('epoch', greatest(
              (select max(c.open_time + c.interval_ms * interval '1 millisecond') from candle c where c.instrument_id = w.id and c.open_time >= w.since),
              (select k.bucket + b.bucket_ms * interval '1 millisecond'
                 from instrument i join build b on b.id = i.current_build_id join checkpoint k on k.build_id = b.id where i.id = w.id))) * 1000) as "estimatedTo"
       from unnest($1::int[], $2::timestamptz[]) as w(id, since)`,
    [[...earliest.keys()], Array.from(earliest.values(), (time) => new Date(time - DAY_MS))],
  )
  const epochs = new Map(leases.map((lease) => [lease.id, lease.epoch]))
  const known = new Map(rows.map((row) => [row.id, row.estimatedTo]))
  return new Map(
    others.map(({ instrumentId, epoch }) => [
      instrumentId,
      { isUnchanged: epochs.get(instrumentId) === epoch, estimatedTo: known.get(instrumentId) ?? null },
    ]),
  )
}
