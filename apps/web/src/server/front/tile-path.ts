import { resolutionName } from '@faultline/market/resolution'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'

export interface TileName {
  buildId: number
  resolutionMs: number
  index: number
}

const UNIT_MS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS }

/** `/tiles/{buildId}/{resolution}/{index}`, e.g. `/tiles/7/5m/22500`; null when it is anything else. Each tile has one name. */
export function parseTilePath(pathname: string): TileName | null {
  const match = /^\/tiles\/([1-9]\d{0,9})\/([1-9]\d{0,3})([mhd])\/(0|[1-9]\d{0,8})$/.exec(pathname)
  if (!match) return null
  const [, build, count, unit, index] = match
  const buildId = Number(build)
  const resolutionMs = Number(count) * (UNIT_MS[unit as string] as number)
  if (buildId > 2_147_483_647 || resolutionName(resolutionMs) !== `${count}${unit}`) return null
  return { buildId, resolutionMs, index: Number(index) }
}
