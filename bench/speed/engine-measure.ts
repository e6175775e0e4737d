/** How the estimator is timed and weighed. */
import type { BucketInput } from '@faultline/engine/estimator/estimator'

/** What is timed: anything that is stepped and read. */
export interface Stepped {
  step(input: BucketInput): void
  read(): unknown
}

/** One of those that are timed beside each other: how to begin, and the buckets; as many as the others have. */
export interface Case {
  make: () => Stepped
  inputs: readonly BucketInput[]
}

export interface Timing {
  /** means per bucket, of the fastest run of each stretch */
  stepMicros: number
  columnMicros: number
  /** all buckets with every column read: the same, and the median of the runs by the clock, whatever else the machine did */
  seconds: number
  medianSeconds: number
}

/** Buckets in a stretch, a day: long enough for each to have the processor's caches to itself most of the time. */
const STRETCH = 288

/**
 * Times several side by side: they take turns stretch by stretch, run after run, so that what disturbs one disturbs all. What counts of a
 * stretch is its fastest run: others at work on the machine only ever add.
 */
export function timeSideBySide(cases: readonly Case[], runs: number): Timing[] {
  const buckets = cases[0]?.inputs.length ?? 0
  const stretches = Math.ceil(buckets / STRETCH)
  const best = cases.map(() => ({ step: new Float64Array(stretches).fill(Infinity), read: new Float64Array(stretches).fill(Infinity) }))
  const totals = cases.map((): number[] => [])
  for (let run = 0; run <= runs; run++) {
    const all = cases.map(({ make }) => make())
    const spent = cases.map(() => 0)
    for (let s = 0; s < stretches; s++)
      for (let turn = 0; turn < all.length; turn++) {
        const which = (turn + run + s) % all.length
        const stepped = all[which] as Stepped
        let step = 0
        let read = 0
        for (const input of (cases[which] as Case).inputs.slice(s * STRETCH, (s + 1) * STRETCH)) {
          const begin = performance.now()
          stepped.step(input)
          const middle = performance.now()
          stepped.read()
          read += performance.now() - middle
          step += middle - begin
        }
        // The first run is for the compiler.
        if (run === 0) continue
        const { step: steps, read: reads } = best[which] as (typeof best)[number]
        steps[s] = Math.min(steps[s] as number, step)
        reads[s] = Math.min(reads[s] as number, read)
        spent[which] = (spent[which] as number) + step + read
      }
    if (run > 0) for (const [which, ms] of spent.entries()) totals[which]?.push(ms)
  }
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0)
  return best.map(({ step, read }, which) => ({
    stepMicros: round((sum(step) * 1_000) / buckets),
    columnMicros: round((sum(read) * 1_000) / buckets),
    seconds: round((sum(step) + sum(read)) / 1_000, 3),
    medianSeconds: round(median(totals[which] as number[]) / 1_000, 3),
  }))
}

/** Median microseconds of one call. */
export function microsOf(work: () => unknown, calls = 60): number {
  const times: number[] = []
  for (let i = 0; i < calls + 10; i++) {
    const begin = performance.now()
    work()
    if (i >= 10) times.push((performance.now() - begin) * 1_000)
  }
  return round(median(times))
}

/** Bytes of all typed arrays that an object holds, itself or by what it refers to; an array that several refer to counts once. */
export function typedArrayBytes(root: object): number {
  const seen = new Set<object>()
  const buffers = new Set<ArrayBufferLike>()
  const open: object[] = [root]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen.has(at)) continue
    seen.add(at)
    if (ArrayBuffer.isView(at)) buffers.add(at.buffer)
    else
      for (const value of at instanceof Map ? at.values() : Object.values(at))
        if (typeof value === 'object' && value !== null) open.push(value as object)
  }
  let bytes = 0
  for (const buffer of buffers) bytes += buffer.byteLength
  return bytes
}

export const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number
export const round = (value: number, digits = 1) => Number(value.toFixed(digits))
