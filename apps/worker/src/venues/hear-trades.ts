import type { TakerCandles } from '../feed/taker-candles.ts'

interface Trade {
  symbol: string
  /** the venue's clock, UTC ms */
  time: number
  price: number
  /** base coin */
  quantity: number
  takerBought: boolean
}

/** The trades of one message, which may be of several symbols; a text in place of one that could not be read. */
export function hearTrades(candles: TakerCandles | null, read: readonly (Trade | string)[]): void {
  const trades = read.filter((trade): trade is Trade => typeof trade !== 'string')
  for (const symbol of new Set(trades.map((trade) => trade.symbol))) {
    const own = trades.filter((trade) => trade.symbol === symbol)
    candles?.trades(
      symbol,
      own.map(({ time, price, quantity, takerBought }) => ({ time, price, quantity, buy: takerBought })),
    )
  }
}
