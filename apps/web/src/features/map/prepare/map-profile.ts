/** The map that the page draws, from what the server says of a column: pure. */

import type { BinPlane, MapSide } from '@faultline/ui/cumulative-profile'
import { LEVERAGE_CLASSES } from '@faultline/ui/leverage-classes'
import type { MapPart, MapProfile } from '@faultline/ui/map/profile'
import type { CurrentReadings } from '../../readings/server/schema.ts'

/** One venue of a sum, with what its own columns say; several where it trades a coin against several dollars. */
export interface VenueProfile {
  venue: string
  name: string
  profiles: readonly CurrentReadings['profile'][]
}

export interface ProfileChoice {
  /** `venue` needs `venues`; without them a bar is drawn in one colour */
  stack: 'leverage' | 'venue'
  /** classes of leverage that are shown, low to high; where leverage is not known, all is shown */
  classes: readonly boolean[]
  venues: readonly VenueProfile[] | null
}

type Readings = Pick<CurrentReadings, 'price' | 'profile' | 'draws'>

/** USD per bin and side with what it consists of; intervals and draws only where all classes are shown. */
export function mapProfile({ price, profile, draws }: Readings, { stack, classes, venues }: ProfileChoice): MapProfile {
  const known = hasLeverage(profile)
  const all = !known || classes.every(Boolean)
  const side = (name: MapSide) => {
    const { total, p10, p90 } = profile[name]
    // of a part of the classes no interval is known
    return all ? { ...total, p10, p90 } : { firstBin: total.firstBin, usd: ofClasses(profile[name], classes), p10: null, p90: null }
  }
  return {
    price,
    long: side('long'),
    short: side('short'),
    parts: stack === 'venue' ? (venues ?? []).map(venuePart) : known ? leverageParts(profile, classes) : [],
    draws: all ? draws : [],
  }
}

export const hasLeverage = ({ long, short }: CurrentReadings['profile']): boolean => long.leverage !== null && short.leverage !== null

function leverageParts(profile: CurrentReadings['profile'], classes: readonly boolean[]): MapPart[] {
  const plane = (side: MapSide, i: number): BinPlane => ({
    firstBin: profile[side].total.firstBin,
    usd: classes[i] ? (profile[side].leverage?.[i] ?? []) : [],
  })
  return LEVERAGE_CLASSES.map((name, i) => ({ name, long: plane('long', i), short: plane('short', i) }))
}

/** The share of the shown classes in each bin, of what the bin holds. */
function ofClasses({ total, leverage }: CurrentReadings['profile'][MapSide], classes: readonly boolean[]): number[] {
  return total.usd.map((usd, bin) => {
    let [shown, all] = [0, 0]
    leverage?.forEach((plane, i) => {
      const held = plane[bin] ?? 0
      all += held
      if (classes[i]) shown += held
    })
    return all > 0 ? (usd * shown) / all : 0
  })
}

const venuePart = ({ name, profiles }: VenueProfile): MapPart => ({
  name,
  long: addPlanes(profiles.map((p) => p.long.total)),
  short: addPlanes(profiles.map((p) => p.short.total)),
})

/** The sum of planes over all bins that any of them has. */
export function addPlanes(planes: readonly BinPlane[]): BinPlane {
  const filled = planes.filter(({ usd }) => usd.length > 0)
  if (filled.length === 0) return { firstBin: 0, usd: [] }
  const firstBin = Math.min(...filled.map((p) => p.firstBin))
  const usd = new Float64Array(Math.max(...filled.map((p) => p.firstBin + p.usd.length)) - firstBin)
  for (const plane of filled)
    for (let i = 0; i < plane.usd.length; i++) {
      const at = plane.firstBin + i - firstBin
      usd[at] = (usd[at] as number) + (plane.usd[i] as number)
    }
  return { firstBin, usd }
}
