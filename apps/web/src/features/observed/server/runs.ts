import type { ObservedLook } from '@faultline/db/repositories/observed'
import { HOUR_MS, MINUTE_MS, SIDES } from '@faultline/market/units'
import type { ObservedRun } from '@faultline/ui/chart/heatmap-data'

/** A look holds until the next one, but not for longer: nobody asked meanwhile, and nothing is known. */
export const HOLD_MS = HOUR_MS
/** More lines than this are no picture. */
const MOST_RUNS = 1_500
/** A level that grew or shrank by more than this factor is another one. */
const SAME = 2

/**
 * Levels of looks at one instrument (in order of time), each as long as it stood: a level that is in one look after the other is one run.
 * The largest only, where there are too many. `to`: end of the picture, UTC ms.
 */
export function runsOf(looks: readonly ObservedLook[], to: number): ObservedRun[] {
  const done: ObservedRun[] = []
  let open = new Map<string, ObservedRun & { last: number }>()
  looks.forEach((look, i) => {
    const until = Math.min(looks[i + 1]?.time ?? to, look.time + HOLD_MS, to)
    const next = new Map<string, ObservedRun & { last: number }>()
    if (until > look.time)
      for (const side of SIDES) {
        const { firstBin, usd } = look.column.planes[side]
        usd.forEach((value, k) => {
          if (value === 0) return
          const bin = firstBin + k
          const key = `${side}${bin}`
          const before = open.get(key)
          const goes = before && before.to >= look.time && value < before.last * SAME && value > before.last / SAME
          const run = goes ? before : { side, bin, from: look.time, to: until, usd: value, last: value }
          open.delete(goes ? key : '')
          next.set(key, Object.assign(run, { to: until, usd: Math.max(run.usd, value), last: value }))
        })
      }
    done.push(...open.values())
    open = next
  })
  return [...done, ...open.values()]
    .sort((a, b) => b.usd - a.usd)
    .slice(0, MOST_RUNS)
    .map(({ side, bin, from, to: end, usd }) => ({ side, bin, from, to: end, usd: Math.round(usd) }))
}

/** Looks are read at most this often per picture. */
const PER_PICTURE = 240
export const stepOf = (lengthMs: number): number => Math.max(MINUTE_MS, Math.ceil(lengthMs / PER_PICTURE / MINUTE_MS) * MINUTE_MS)
