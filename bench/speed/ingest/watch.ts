/** What can be seen of the live line from outside while it runs. */
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { listen } from '@faultline/db/notify'
import { MINUTE_MS, SECOND_MS } from '@faultline/market/units'
import type { Wire } from '@faultline/market/venue'
import type { Phase } from './loud-plan.ts'
import { cpuSeconds, cpuSecondsOfTree, folderBytes, residentMegabytes, round, spread } from './measure.ts'
import type { Stage } from './stage.ts'

/** Of each venue, spread over its list. */
const PROBES_EACH = 2
const PROBE_EVERY_MS = 20
const MEMORY_EVERY_MS = 10 * SECOND_MS
/** All columns of the minute before are there after it. */
const MINUTE_END_MS = 10 * SECOND_MS

/** Columns of sums over the venues beside those of the venues. */
type Maker = Wire | 'sums'
export interface MemorySample {
  second: number
  residentMegabytes: number
  /** as the worker says; between two collections of garbage it rises; null: it does not answer */
  heapMegabytes: number | null
  /** longest wait of its event loop since the sample before */
  pauseMs: number | null
}

/**
 * Lag: a connection of its own asks every 20 ms for the rows of ten instruments that are new, and takes the time since each row's
 * own, the moment at which its message was due. So it counts up to 20 ms and the question itself as lag, never less than the truth.
 */
export function watch(stage: Stage, phases: readonly Phase[]) {
  const { db, appUrl, worker, venues, folder } = stage
  const stopping = new AbortController()
  const lags = phases.map(() => new Map<Wire, number[]>(venues.map(({ wire }) => [wire, []])))
  const calm: number[][] = phases.map(() => [])
  const columns = phases.map(() => new Map<Maker, number[]>([...venues.map(({ wire }) => [wire, []] as [Maker, number[]]), ['sums', []]]))
  const spools: number[] = [0]
  const memory: MemorySample[] = []
  const begin = phases[0]?.from ?? Date.now()
  const phaseOf = (time: number): number => phases.findIndex(({ from, to }) => time >= from && time < to)
  const wireOf = new Map(venues.flatMap(({ wire, instrumentIds }) => instrumentIds.map((id) => [id, wire] as const)))

  const probes = venues.flatMap(({ wire, instrumentIds }) =>
    Array.from({ length: Math.min(PROBES_EACH, instrumentIds.length) }, (_, i) => ({
      wire,
      id: instrumentIds[Math.floor(((i + 0.5) * instrumentIds.length) / PROBES_EACH)] as number,
    })),
  )
  const lagLoop = async (): Promise<void> => {
    const newest = new Map(['mark_price', 'liquidation'].map((table) => [table, probes.map(() => new Date(begin - 1))]))
    const ids = probes.map(({ id }) => id)
    while (!stopping.signal.aborted) {
      for (const [table, since] of newest) {
        const { rows } = await db.pool.query<{ i: number; time: Date }>(
          `select p.i::int as i, e.time from unnest($1::int[], $2::timestamptz[]) with ordinality as p(id, since, i)
             cross join lateral (select time from ${table} where instrument_id = p.id and time > p.since) e`,
          [ids, since],
        )
        const at = Date.now()
        for (const { i, time } of rows) {
          const { wire } = probes[i - 1] as { wire: Wire }
          const phase = phaseOf(time.getTime())
          lags[phase]?.get(wire)?.push(at - time.getTime())
          if (time.getTime() % MINUTE_MS >= MINUTE_END_MS) calm[phase]?.push(at - time.getTime())
          if (time > (since[i - 1] as Date)) since[i - 1] = time
        }
      }
      await sleep(PROBE_EVERY_MS)
    }
  }

  const uses = new Map([[begin, useOf(stage)]])
  const processLoop = async (): Promise<void> => {
    let due = begin
    while (!stopping.signal.aborted) {
      spools.push(folderBytes(path.join(folder, 'worker', 'spool')))
      const now = Date.now()
      for (const { to } of phases) if (now >= to && !uses.has(to)) uses.set(to, useOf(stage))
      if (now >= due) {
        memory.push({
          second: round((now - begin) / SECOND_MS),
          residentMegabytes: residentMegabytes(worker.pid),
          ...(await heapOf(stage)),
        })
        due += MEMORY_EVERY_MS
      }
      await sleep(100)
    }
  }

  const listener = listen({
    url: appUrl,
    onMessage: ({ channel, payload }) => {
      if (channel !== 'columns') return
      const end = payload.lastBucket + MINUTE_MS
      columns[phaseOf(end - 1)]?.get(wireOf.get(payload.instrumentId) ?? 'sums')?.push(Date.now() - end)
    },
  })
  const loops = Promise.all([lagLoop(), processLoop()])
  return {
    /** seen so far, of the venues' instruments and of sums over them */
    columns() {
      const all = columns.flatMap((by) => [...by])
      const sum = (of: (who: Maker) => boolean): number => all.reduce((n, [who, times]) => n + (of(who) ? times.length : 0), 0)
      return { venues: sum((who) => who !== 'sums'), sums: sum((who) => who === 'sums') }
    },
    async end() {
      stopping.abort()
      await loops
      await listener.close()
      const cores = (from: number, to: number) => {
        const [before, after] = [uses.get(from), uses.get(to)]
        return before && after ? coresBetween(before, after, to - from) : null
      }
      return {
        phases: phases.map(({ from, to }, i) => ({
          // from when a message was due to when its row was seen
          lagMs: spreads(lags[i] as Map<Wire, number[]>),
          // the same without the rows of each minute's first seconds, in which its columns are made
          lagMsBetweenColumns: spread(calm[i] as number[]),
          // from the bucket's end to the notice of its column
          columnMs: spreads(columns[i] as Map<Maker, number[]>),
          cores: cores(from, to),
        })),
        memory,
        spoolBytesAtMost: Math.max(...spools),
      }
    },
  }
}

/** Of each, and of all venues together (sums apart). */
function spreads(by: ReadonlyMap<Maker, readonly number[]>) {
  const all = [...by].flatMap(([who, values]) => (who === 'sums' ? [] : values))
  const each = [...by].filter(([, values]) => values.length > 0).map(([who, values]) => [who, spread(values)] as const)
  return { all: spread(all), ...Object.fromEntries(each) }
}

async function heapOf(stage: Stage): Promise<Pick<MemorySample, 'heapMegabytes' | 'pauseMs'>> {
  const told = await metrics(stage)
  const [heap, pause] = ['nodejs_heap_size_used_bytes', 'nodejs_eventloop_lag_max_seconds'].map((name) => told.get(name))
  return {
    heapMegabytes: heap === undefined ? null : round(heap / 2 ** 20),
    pauseMs: pause === undefined ? null : round(pause * SECOND_MS),
  }
}

/** Of each minute the sample with the least heap: what is held then was not garbage. */
export function floors(memory: readonly MemorySample[]): MemorySample[] {
  const least = new Map<number, MemorySample>()
  for (const sample of memory) {
    const minute = Math.floor(sample.second / 60)
    const before = least.get(minute)
    if (!before || (sample.heapMegabytes ?? 0) < (before.heapMegabytes ?? 0)) least.set(minute, sample)
  }
  return [...least.values()]
}

/** MB a minute by least squares, of what lies after `fromSecond`; null with fewer than three samples. */
export function slope(memory: readonly MemorySample[], fromSecond: number, of: (sample: MemorySample) => number | null): number | null {
  const points = memory.flatMap((sample) => {
    const y = of(sample)
    return sample.second < fromSecond || y === null ? [] : [{ x: sample.second / 60, y }]
  })
  if (points.length < 3) return null
  const mean = (pick: (point: { x: number; y: number }) => number): number => points.reduce((sum, p) => sum + pick(p), 0) / points.length
  const [x, y] = [mean((p) => p.x), mean((p) => p.y)]
  return round(mean((p) => (p.x - x) * (p.y - y)) / mean((p) => (p.x - x) ** 2), 2)
}

/** What the worker says of itself, names with their labels as they are written; empty where it does not answer. */
export async function metrics({ metricsPort }: Pick<Stage, 'metricsPort'>): Promise<Map<string, number>> {
  try {
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]))
  } catch {
    return new Map()
  }
}

/** Seconds of processor time until now. */
export const useOf = ({ worker, postmaster, senderPid }: Stage) => ({
  worker: cpuSeconds(worker.pid),
  postgres: cpuSecondsOfTree(postmaster),
  sender: cpuSeconds(senderPid),
  bench: cpuSeconds(process.pid),
})
export type Use = ReturnType<typeof useOf>

export const coresBetween = (before: Use, after: Use, ms: number): Use => {
  const cores = (who: keyof Use): number => round(((after[who] - before[who]) * SECOND_MS) / ms, 2)
  return { worker: cores('worker'), postgres: cores('postgres'), sender: cores('sender'), bench: cores('bench') }
}
