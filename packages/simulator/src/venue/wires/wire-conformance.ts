/** What tests of an unmodified ccxt against a venue of some wire format share. */
import { MINUTE_MS } from '@faultline/market/units'
import type { Exchange, OHLCV } from 'ccxt'
import { forced, HAND, HandMarket, trade } from '../hand-market.ts'
import type { ForcedTick, Tick } from '../venue-market.ts'
import { led, whilePassing } from './ccxt-client.ts'
import { type HandWire, handWire } from './hand-wire.ts'
import type { WireFormat } from './wire-format.ts'

/** Half an hour with a trade every second and, after ten minutes, liquidations of both sides. */
const SECONDS = 30 * 60
const FIRST_LIQUIDATION = 10 * 60 + 3

function livelyTicks(): Tick[] {
  const ticks: Tick[] = []
  for (let second = 0; second < SECONDS; second++) {
    const price = 100 + Math.round(5 * Math.sin(second / 40) * 100) / 100
    ticks.push(trade(second + 0.25, price, 0.5 + (second % 7) / 8, second % 3 === 0, 1 + (second % 2)))
    if (second >= FIRST_LIQUIDATION && second % 2 === 0)
      ticks.push(forced(second + 0.5, second % 4 === 0 ? 1 : -1, 1 + (second % 5), 90, 95))
  }
  return ticks
}

export interface Conformance<E extends Exchange> {
  venue: HandWire
  exchange: E
  market: HandMarket
  /** Lets venue time pass until what was asked for has come. */
  meanwhile: <T>(coming: Promise<T>) => Promise<T>
  /** as the market has it: ccxt's order of a candle */
  candle: (openTime: number, minutes?: number) => OHLCV
  /** the trade of the market at a moment */
  tradeAt: (time: number) => Tick | undefined
  liquidationAt: (time: number) => ForcedTick | undefined
  close: () => Promise<void>
}

/** A market made by hand behind a server, ten minutes after its beginning, and a client with nothing changed but its URLs and its haste. */
export async function conformance<E extends Exchange>(format: WireFormat, create: () => E): Promise<Conformance<E>> {
  const ticks = livelyTicks()
  // The server makes a market of the same ticks: this one is asked what is true.
  const book = (time: number) => ({
    lastUpdateId: time,
    bids: Array.from({ length: 450 }, (_, i): [number, number] => [99 - i / 100, 1 + ((Math.floor(time / 500) + i * 3) % 11)]),
    asks: Array.from({ length: 450 }, (_, i): [number, number] => [101 + i / 100, 1 + ((Math.floor(time / 700) + i * 5) % 13)]),
  })
  const options = { symbol: HAND, ticks, book }
  const venue = await handWire(format, [options])
  venue.pass(10 * MINUTE_MS)
  const market = new HandMarket(options)
  market.advance(Number.MAX_SAFE_INTEGER)
  const exchange = create()
  // Its own pauses between calls are of the wall clock, which is not what is tested.
  exchange.enableRateLimit = false
  await led(exchange, venue)
  return {
    venue,
    exchange,
    market,
    meanwhile: (coming) => whilePassing(venue, coming),
    candle: (openTime, minutes = 1) => {
      const { columns } = market.candles(openTime, openTime + minutes * MINUTE_MS)
      const volume = columns.volume.reduce((a, b) => a + b, 0)
      return [openTime, columns.open[0], Math.max(...columns.high), Math.min(...columns.low), columns.close.at(-1), volume]
    },
    tradeAt: (time) => market.ticks(time - 1, time).find((t) => t.type === 'trade'),
    liquidationAt: (time) => market.forcedOrders(time, time + 1)[0],
    close: async () => {
      await exchange.close()
      await venue.close()
    },
  }
}
