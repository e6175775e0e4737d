import { FaultlineError } from '@faultline/market/errors'

/** A bar of the move. */
export interface MoveBar {
  open: number
  close: number
  /** base coin */
  volume: number
  /** base coin bought by takers; where it is absent the side of the takers is not known */
  takerBuyVolume?: number
}

/** Liquidation prints during the move, USD, by the side of the position that was closed. */
export interface MovePrints {
  longUsd: number
  shortUsd: number
}

/** Share of all liquidations that the feed shows: its best guess and how far that may be off. 0 < low ≤ mid ≤ high ≤ 1. */
export interface Coverage {
  low: number
  mid: number
  high: number
}

export interface ForcedShare {
  /** 'down' or 'up': the sign of the last close against the first open */
  direction: 'down' | 'up'
  /** USD that liquidations sold (bought, in a rise), as estimated from the prints */
  forcedUsd: number
  /** USD that takers traded in the direction of the move */
  takerUsd: number
  /** forced / taker, 0 to 1, with the ends that coverage and takers allow */
  share: number
  low: number
  high: number
}

/**
 * The share of a move that was forced flow: liquidations are market orders, so they are part of what takers traded in its direction.
 * A fall is set against the longs' prints and the takers' sells, a rise against the shorts' and the buys; prints are divided by the
 * coverage of their feed. Base coin becomes USD at the mean of a bar's open and close. Where a bar's taker side is not known, half of its
 * volume to all of it may have been in the direction (half for `share`'s upper end, all for the lower, three quarters for itself).
 * Null where nothing moved or nothing was traded in its direction. FaultlineError `bad_input` on numbers that are none.
 */
export function forcedShare(bars: readonly MoveBar[], prints: MovePrints, coverage: Coverage): ForcedShare | null {
  check(bars, prints, coverage)
  const [first, last] = [bars[0], bars.at(-1)]
  if (!first || !last || last.close === first.open) return null
  const direction = last.close < first.open ? 'down' : 'up'
  const taker = { least: 0, likely: 0, most: 0 }
  for (const { open, close, volume, takerBuyVolume } of bars) {
    const usd = (base: number) => base * ((open + close) / 2)
    const known = takerBuyVolume === undefined ? null : direction === 'up' ? takerBuyVolume : volume - takerBuyVolume
    taker.least += usd(known ?? volume / 2)
    taker.likely += usd(known ?? 0.75 * volume)
    taker.most += usd(known ?? volume)
  }
  if (!(taker.least > 0)) return null
  const printed = direction === 'down' ? prints.longUsd : prints.shortUsd
  const share = (seen: number, takerUsd: number) => Math.min(1, printed / seen / takerUsd)
  return {
    direction,
    forcedUsd: printed / coverage.mid,
    takerUsd: taker.likely,
    share: share(coverage.mid, taker.likely),
    low: share(coverage.high, taker.most),
    high: share(coverage.low, taker.least),
  }
}

function check(bars: readonly MoveBar[], prints: MovePrints, { low, mid, high }: Coverage): void {
  bars.forEach(({ open, close, volume, takerBuyVolume }, i) => {
    for (const [field, value] of Object.entries({ open, close }))
      if (!(Number.isFinite(value) && value > 0)) throw bad(`bars[${i}].${field}`, `${value} is not a price`)
    if (!(Number.isFinite(volume) && volume >= 0)) throw bad(`bars[${i}].volume`, `${volume} is not a volume`)
    if (takerBuyVolume !== undefined && !(takerBuyVolume >= 0 && takerBuyVolume <= volume))
      throw bad(`bars[${i}].takerBuyVolume`, `${takerBuyVolume} is not a part of the volume, ${volume}`)
  })
  for (const [field, value] of Object.entries(prints))
    if (!(Number.isFinite(value) && value >= 0)) throw bad(field, `${value} is not an amount in USD`)
  if (!(low > 0 && low <= mid && mid <= high && high <= 1))
    throw bad('coverage', `${low}, ${mid}, ${high} are not rising shares between 0 and 1`)
}

const bad = (field: string, message: string) => new FaultlineError('bad_input', message, { place: { field } })
