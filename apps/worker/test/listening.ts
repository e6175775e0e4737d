/** A feed that listens to a simulated venue, for tests. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { CandleEvent } from '@faultline/market/event'
import { MINUTE_MS } from '@faultline/market/units'
import type { startTestVenue } from '@faultline/testkit/simulated-venue'
import { onTestFinished } from 'vitest'
import { BanFile } from '../src/feed/ban-file.ts'
import type { FeedSocket, Reading, VenueFeed } from '../src/feed/venue-feed.ts'
import type { FeedOptions } from '../src/venues/carrier/carried-feed.ts'

type Venue = Awaited<ReturnType<typeof startTestVenue>>
type Market = NonNullable<ReturnType<Venue['market']>>
type Data = Extract<Reading, { kind: 'data' }>

/** Closed, with its bans, when the test is over. */
export function feedAt<F extends VenueFeed>(make: (options: FeedOptions) => F, { rest, ws }: { rest: string; ws: string }): F {
  const folder = mkdtempSync(path.join(tmpdir(), 'faultline-venue-'))
  const feed = make({ restUrl: rest, wsUrl: ws, banFile: new BanFile(path.join(folder, 'bans.json')), log: () => undefined })
  onTestFinished(async () => {
    await feed.close()
    rmSync(folder, { recursive: true })
  })
  return feed
}

/** Sockets of every plan, and what came on them. */
export async function listen(feed: VenueFeed, symbols: readonly string[]) {
  const got = { data: [] as Data[], unknown: [] as string[], closed: [] as string[], sockets: [] as FeedSocket[] }
  for (const plan of feed.sockets)
    got.sockets.push(
      await feed.openSocket(plan, symbols, {
        onReading: (reading) => {
          if (reading.kind === 'data') got.data.push(reading)
          else if (reading.kind === 'unknown') got.unknown.push(reading.reason)
        },
        onClosed: (reason) => got.closed.push(reason),
      }),
    )
  return got
}

export const eventsOf = (data: readonly Data[], channel: string) => data.filter((d) => d.channel === channel).flatMap((d) => d.events)

/** The market's own candle of the same minute, as numbers come through a wire. */
export function marketCandle(
  market: Market,
  openTime: number,
): CandleEvent & { quoteVolume: number; takerBuyVolume: number; tradeCount: number } {
  const { priceDecimals: p, quantityDecimals: q } = market.instrument
  const { columns } = market.candles(openTime, openTime + MINUTE_MS)
  const fixed = (column: Float64Array, decimals: number) => Number((column[0] as number).toFixed(decimals))
  return {
    type: 'candle',
    openTime,
    intervalMs: MINUTE_MS,
    open: fixed(columns.open, p),
    high: fixed(columns.high, p),
    low: fixed(columns.low, p),
    close: fixed(columns.close, p),
    volume: fixed(columns.volume, q),
    quoteVolume: columns.quoteVolume[0] as number,
    takerBuyVolume: fixed(columns.takerBuyVolume, q),
    tradeCount: columns.tradeCount[0] as number,
  }
}
