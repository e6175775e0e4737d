import { type BookShape, usdWithin } from '../impact.ts'
import type { MarketUnits } from './market-units.ts'

/** A level keeps its size for about this long. */
const LEVEL_LIFE_MS = 4_000
/** How far, in ticks, the size of a level may lean on its neighbour: below one half, so that none is negative. */
const LEAN = 0.45

/**
 * One side of the book that a market order would meet: a level on every tick, best first. The coins up to a level are those
 * that push the price to it (`usdWithin`), to within half a tick: between neighbours a part is moved to and fro, anew every
 * few seconds, so that sizes look alive and are the same whenever the same moment is asked for.
 */
export function bookSide(
  book: BookShape & { mark: number },
  units: MarketUnits,
  direction: 1 | -1,
  moment: { time: number; levels: number; seed: number },
): [price: number, quantity: number][] {
  const { mark } = book
  const best = direction > 0 ? units.ticksDown(mark) + 1 : units.ticksDown(mark)
  const lotUsd = units.lotSize * mark
  const out: [number, number][] = []
  let taken = 0
  for (let i = 0; i < moment.levels; i++) {
    const ticks = best + direction * i
    if (ticks < 1) break
    const lean = LEAN * (2 * levelNoise(ticks, direction, moment) - 1)
    const push = direction * Math.log(units.price(ticks + direction * (0.5 + lean)) / mark)
    const total = Math.max(taken + 1, Math.round(usdWithin(book, direction, Math.max(0, push)) / lotUsd))
    out.push([units.price(ticks), units.coins(total - taken)])
    taken = total
  }
  return out
}

/** In [0, 1): of the level, and of the stretch of time that its present size lives. */
function levelNoise(ticks: number, direction: 1 | -1, { time, seed }: { time: number; seed: number }): number {
  const level = mix(mix(ticks ^ seed) + direction)
  const life = Math.floor((time + (level % LEVEL_LIFE_MS)) / LEVEL_LIFE_MS)
  return mix(level ^ life) / 2 ** 32
}

/** A scrambled 32-bit whole number. */
function mix(value: number): number {
  let z = Math.imul((value ^ (value >>> 16)) | 0, 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return (z ^ (z >>> 15)) >>> 0
}
