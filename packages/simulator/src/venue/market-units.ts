/** Prices in ticks and sizes in lots: whole numbers, so that sums over trades are exact in any order. */
export class MarketUnits {
  readonly lotSize: number
  private readonly priceScale: number
  private readonly lotScale: number
  private readonly quoteScale: number

  /** @param priceDecimals decimals of prices @param lotSize base coin per lot, a power of ten */
  constructor(priceDecimals: number, lotSize: number) {
    this.lotSize = lotSize
    this.priceScale = 10 ** priceDecimals
    this.lotScale = Math.round(Math.log10(lotSize))
    this.quoteScale = priceDecimals - this.lotScale
  }

  /** What a taker who buys pays at `price`: the tick at it or above. */
  ticksUp(price: number): number {
    return Math.max(1, Math.ceil(price * this.priceScale - ROUNDING))
  }

  /** What a taker who sells gets at `price`: the tick at it or below. */
  ticksDown(price: number): number {
    return Math.max(1, Math.floor(price * this.priceScale + ROUNDING))
  }

  price(ticks: number): number {
    return ticks / this.priceScale
  }

  coins(lots: number): number {
    return shift(lots, this.lotScale)
  }

  /** USD of a sum of ticks × lots. */
  usd(ticksTimesLots: number): number {
    return shift(ticksTimesLots, -this.quoteScale)
  }
}

/** Far less than a tick: a price on a tick stays on it. */
const ROUNDING = 1e-6

/** value × 10^exponent, rounded once: a division by a power of ten is exact where a multiplication by its inverse is not. */
const shift = (value: number, exponent: number): number => (exponent < 0 ? value / 10 ** -exponent : value * 10 ** exponent)
