/** A market made by hand with something to tell every second, for tests of wire formats. */
import { forced, GENESIS, HandMarket, trade } from '../hand-market.ts'
import type { Account, DepthAt, OpenPosition, Tick } from '../venue-market.ts'

export const SECONDS = 600
export const HOLDER = '0x00000000000000000000000000000000000000a1'
export const LOSER = '0x00000000000000000000000000000000000000b2'

const round = (value: number, decimals: number): number => Number(value.toFixed(decimals))

/** Trades of every second, up and down around 100. */
const TRADES: readonly Tick[] = Array.from({ length: SECONDS }, (_, s) =>
  trade(s + 0.25, round(100 + 2 * Math.sin(s / 20), 2), round(0.5 + (s % 7) / 8, 3), s % 3 !== 0, 1 + (s % 4)),
)
/** A long and a short, and two longs in one second. */
const LIQUIDATIONS: readonly Tick[] = [
  { ...forced(30.3, 1, 2.5, 97.5, 98.25), address: LOSER },
  forced(45.6, -1, 1.234, 104.5, 103),
  forced(300.1, 1, 0.5, 96, 97),
  forced(300.7, 1, 0.75, 95, 96.5),
]

/** Every level changes now and then, each at its own time, and the whole book moves by a tick. */
function book(time: number): DepthAt {
  const ms = time - GENESIS
  const best = 9_990 + (Math.floor(ms / 700) % 5)
  const side = (direction: 1 | -1): [number, number][] =>
    Array.from({ length: 120 }, (_, i) => {
      const tick = best + (direction > 0 ? 1 : 0) + direction * i
      return [tick / 100, round(1 + ((tick * 7 + Math.floor((ms + tick * 37) / 400)) % 50) / 10, 3)]
    })
  return { lastUpdateId: 1 + ms, bids: side(-1), asks: side(1) }
}

const POSITIONS: readonly OpenPosition[] = [
  { id: 1, direction: 1, quantity: 2, entryPrice: 98, margin: 20, cross: false, liquidationPrice: 88.5 },
  { id: 2, direction: -1, quantity: 3, entryPrice: 101, margin: 500, cross: true, liquidationPrice: 265.25 },
]

export class LivelyMarket extends HandMarket {
  constructor(symbol?: string) {
    super({ ticks: [...TRADES, ...LIQUIDATIONS], book, positions: POSITIONS, ...(symbol === undefined ? {} : { symbol }) })
  }

  accounts(): readonly Account[] {
    return POSITIONS.map((position, i) => ({ address: i === 0 ? HOLDER : LOSER, positions: [position] }))
  }
}
