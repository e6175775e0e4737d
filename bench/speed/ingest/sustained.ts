/** Events per second that one worker takes, from venues of another process to rows that others see. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '@faultline/db/database'
import { isoTime, MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import type { Wire } from '@faultline/market/venue'
import { type Counts, KINDS, type Kind, type Phase, type PhaseReport, shares } from './loud-plan.ts'
import { residentMegabytes, round } from './measure.ts'
import { onStage, type Stage, type StageOptions, say, until, type VenueOnStage } from './stage.ts'
import { coresBetween, floors, metrics, slope, useOf, watch } from './watch.ts'

/** What the instruments cost while their markets are quiet is measured for this long at least. */
const QUIET_MS = 30 * SECOND_MS
const DRAINED_WITHIN_MS = 120 * SECOND_MS
const COLUMNS_WITHIN_MS = 30 * SECOND_MS
/** What grows until every buffer has been used once does so in this time. */
const WARM_SECONDS = 120

export interface SustainedOptions extends StageOptions {
  minutes: number
  /** rows of all venues */
  perSecond: number
  /** 0: no burst */
  burstPerSecond: number
  burstMinutes: number
}

export function measureSustained(options: SustainedOptions) {
  return onStage(options, (stage) => run(options, stage))
}

async function run(options: SustainedOptions, stage: Stage) {
  const { db, venues, instrumentIds, worker } = stage
  // From full minutes on: then it is known which books and candles have to be there.
  const from = Math.max(stage.historyTo, Math.ceil((Date.now() + QUIET_MS) / MINUTE_MS) * MINUTE_MS)
  const phases = phasesOf(options, from)
  const to = phases.at(-1)?.to ?? from
  say(`all ${instrumentIds.length} instruments are live; it begins at ${isoTime(from)}`)
  const sent = stage.send(phases)
  const quiet = { since: Date.now(), before: useOf(stage), memory: residentMegabytes(worker.pid) }
  await sleep(from - Date.now())
  const quietCores = coresBetween(quiet.before, useOf(stage), Date.now() - quiet.since)
  const before = await metrics(stage)

  const watching = watch(stage, phases)
  const reports = await sent
  let stored = await storedIn(db, venues, from, to)
  const sentRows = venues.map(({ wire }) => [wire, added(reports.map(({ rows }) => rows[wire] as Counts))] as const)
  const lacking = (): number => sentRows.reduce((sum, [wire, counts]) => sum + compare(counts, stored.get(wire) as Counts).missing, 0)
  await until('all of it is stored', DRAINED_WITHIN_MS, async () => {
    stored = await storedIn(db, venues, from, to)
    return lacking() === 0
  }).catch((error: unknown) => say(String(error)))
  const drainedMs = Date.now() - to
  const buckets = (to - from) / MINUTE_MS
  // The coins are the same at every venue: of each there is a sum.
  const wanted = { venues: buckets * instrumentIds.length, sums: venues.length > 1 ? buckets * options.instrumentsEach : 0 }
  await until('every column is there', COLUMNS_WITHIN_MS, async () => {
    const { venues: made, sums } = watching.columns()
    return made >= wanted.venues && sums >= wanted.sums
  }).catch((error: unknown) => say(String(error)))
  const columns = watching.columns()
  const seen = await watching.end()
  const after = await metrics(stage)
  const warm = Math.min(WARM_SECONDS, (options.minutes * 60) / 2)
  const steady = seen.memory.filter(({ second }) => second <= options.minutes * 60)
  return {
    instruments: instrumentIds.length,
    quietCores,
    quietMegabytes: quiet.memory,
    phases: phases.map((phase, i) => ({ ...sentIn(phase, reports[i] as PhaseReport), ...seen.phases[i] })),
    venues: Object.fromEntries(sentRows.map(([wire, counts]) => [wire, compare(counts, stored.get(wire) as Counts)])),
    candlesWithoutTaker: await withoutTaker(db, venues, from, to),
    columns: { wanted, seen: columns },
    sinceTheBeginning: counted(before, after),
    gapsEntered: await count(db, 'select count(*)::int as count from gap where to_time > $1', [new Date(from)]),
    memory: seen.memory,
    // after warming up, until the first phase ends; of the heap the least of each minute
    megabytesPerMinute: {
      resident: slope(steady, warm, (sample) => sample.residentMegabytes),
      heap: slope(floors(steady), warm, (sample) => sample.heapMegabytes),
    },
    spoolBytesAtMost: seen.spoolBytesAtMost,
    lastRowSeenAfterEndMs: drainedMs,
    databaseMegabytes: round((await count(db, 'select pg_database_size(current_database())::float8 as count', [])) / 1e6),
    trouble: troubleIn(stage.log(), from),
  }
}

function phasesOf({ wires, instrumentsEach, minutes, perSecond, burstPerSecond, burstMinutes }: SustainedOptions, from: number): Phase[] {
  const middle = from + minutes * MINUTE_MS
  const burst = burstPerSecond > 0 ? burstMinutes : 0
  return [
    { from, to: middle, perSecond: shares(wires, instrumentsEach, perSecond) },
    { from: middle, to: middle + burst * MINUTE_MS, perSecond: burst > 0 ? shares(wires, instrumentsEach, burstPerSecond) : {} },
  ].filter((phase) => phase.to > phase.from)
}

function sentIn({ from, to }: Phase, { messages, rows, lateMs, waitingBytes }: PhaseReport) {
  const seconds = (to - from) / SECOND_MS
  const perSecond = (by: [string, number][]) => ({
    all: round(by.reduce((sum, [, n]) => sum + n, 0) / seconds),
    ...Object.fromEntries(by.map(([wire, n]) => [wire, round(n / seconds)])),
  })
  const sums = Object.entries(rows).map(([wire, counts]): [string, number] => [wire, total(counts)])
  return {
    seconds,
    rowsPerSecond: perSecond(sums),
    messagesPerSecond: perSecond(Object.entries(messages)),
    senderLateMsAtMost: lateMs,
    senderWaitingBytesAtMost: waitingBytes,
  }
}

const total = (counts: Counts): number => KINDS.reduce((sum, kind) => sum + counts[kind].reduce((a, b) => a + b, 0), 0)
const added = (all: readonly Counts[]): Counts =>
  Object.fromEntries(
    KINDS.map((kind) => [kind, (all[0]?.[kind] ?? []).map((_, i) => all.reduce((sum, c) => sum + (c[kind][i] ?? 0), 0))]),
  ) as Counts

/** Counted for each instrument and kind by itself: a row too many hides none that is missing. */
function compare(sent: Counts, stored: Counts) {
  let [missing, doubles] = [0, 0]
  for (const kind of KINDS)
    sent[kind].forEach((count, i) => {
      const difference = (stored[kind][i] ?? 0) - count
      if (difference < 0) missing -= difference
      else doubles += difference
    })
  const byKind = (counts: Counts) => Object.fromEntries(KINDS.map((kind) => [kind, counts[kind].reduce((a, b) => a + b, 0)]))
  return { sent: total(sent), stored: total(stored), missing, doubles, sentRows: byKind(sent), storedRows: byKind(stored) }
}

async function storedIn(db: Database, venues: readonly VenueOnStage[], from: number, to: number): Promise<Map<Wire, Counts>> {
  const ids = venues.flatMap(({ instrumentIds }) => instrumentIds)
  const byKind = new Map<Kind, Map<number, number>>()
  for (const kind of KINDS) {
    const time = kind === 'candle' ? 'open_time' : 'time'
    const { rows } = await db.pool.query<{ id: number; count: number }>(
      `select instrument_id as id, count(*)::int as count from ${kind} where instrument_id = any($1) and ${time} >= $2 and ${time} < $3
        group by 1`,
      [ids, new Date(from), new Date(to)],
    )
    byKind.set(kind, new Map(rows.map((row) => [row.id, row.count])))
  }
  return new Map(
    venues.map(({ wire, instrumentIds }) => [
      wire,
      Object.fromEntries(KINDS.map((kind) => [kind, instrumentIds.map((id) => byKind.get(kind)?.get(id) ?? 0)])) as Counts,
    ]),
  )
}

/** Candles that do not say what takers bought, which comes from the trades of their minute. */
async function withoutTaker(db: Database, venues: readonly VenueOnStage[], from: number, to: number) {
  const of = async ({ wire, instrumentIds }: VenueOnStage): Promise<[Wire, number]> => {
    const query = `select count(*)::int as count from candle
      where instrument_id = any($1) and open_time >= $2 and open_time < $3 and taker_buy_volume is null`
    return [wire, await count(db, query, [instrumentIds, new Date(from), new Date(to)])]
  }
  return Object.fromEntries(await Promise.all(venues.map(of)))
}

async function count(db: Database, query: string, values: unknown[]): Promise<number> {
  const { rows } = await db.pool.query<{ count: number }>(query, values)
  return rows[0]?.count ?? 0
}

/** Lines of the log since `from` that tell of it, without their numbers: how often each. */
function troubleIn(log: readonly string[], from: number): Record<string, number> {
  const lines: Record<string, number> = {}
  for (const line of log) {
    const [time = '', ...words] = line.split(' ')
    if (!(Date.parse(time) >= from) || !/dropped|slower|away|could not|not reached|lost/.test(line)) continue
    const text = words.join(' ').replace(/\d+/g, '…')
    lines[text] = (lines[text] ?? 0) + 1
  }
  return lines
}

/** What the worker counted meanwhile; sockets that were lost are opened again. Null: it does not tell. */
function counted(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>) {
  const rise = (name: string, label = ''): number | null => {
    const counts = (key: string): boolean => (key === name || key.startsWith(`${name}{`)) && key.includes(label)
    const sum = (of: ReadonlyMap<string, number>) => [...of].reduce((all, [key, value]) => (counts(key) ? all + value : all), 0)
    return after.size === 0 ? null : round(sum(after) - sum(before), 2)
  }
  return {
    dropped: rise('faultline_ingest_dropped_total'),
    refused: rise('faultline_ingest_refused_total'),
    spooled: rise('faultline_ingest_spooled_total'),
    batches: rise('faultline_ingest_batches_total'),
    unread: rise('faultline_feed_unread_total'),
    socketsLost: rise('faultline_feed_sockets_lost_total'),
    gaps: rise('faultline_feed_gaps_total'),
    // Collections of garbage that go through all of the heap: between two of them it rises.
    majorCollections: rise('nodejs_gc_duration_seconds_count', 'kind="major"'),
    collectionSeconds: rise('nodejs_gc_duration_seconds_sum'),
  }
}
