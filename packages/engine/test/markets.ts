import type { LiquidationEvent } from '@faultline/market/event'
import type { Side } from '@faultline/market/units'
import fc from 'fast-check'
import type { BucketInput, Estimator } from '../src/estimator/estimator.ts'

export const MINUTE = 60_000
/** 2024-01-01T00:00Z */
export const START = 1_704_067_200_000

/** One bracket at 125×, 0.4 %: leverages are not compressed and every distance is a one-line sum. */
export const PLAIN_TIERS = [{ floorUsd: 0, capUsd: null, maintMarginRatio: 0.004, maxLeverage: 125 }]

/** A flat bar. */
export const flat = (bucketStart: number, price: number, volume = 0): BucketInput => ({
  bucketStart,
  open: price,
  high: price,
  low: price,
  close: price,
  volume,
})

export const print = (side: Side, time: number, price: number, quantity: number): LiquidationEvent => ({
  type: 'liquidation',
  time,
  side,
  price,
  priceKind: 'order',
  quantity,
  quantityUsd: price * quantity,
})

/** The same bucket with a figure of open interest at its end. */
export const withInterest = (bucket: BucketInput, base: number, bucketMs = MINUTE): BucketInput => ({
  ...bucket,
  openInterest: { time: bucket.bucketStart + bucketMs, base },
})

/** Bytes are compared at once: an assertion that walks over them takes longer than what it checks. */
export const sameBytes = (a: Uint8Array | null, b: Uint8Array | null) => (a === null || b === null ? a === b : Buffer.compare(a, b) === 0)

interface Move {
  /** buckets since the one before */
  skip: number
  /** log return open → close, and the wicks beyond */
  move: number
  up: number
  down: number
  volume: number
  /** null: no figure in this bucket */
  interest: number | null
  prints: PrintedMove[]
  /** null: not known */
  funding: number | null
  ratio: number | null
}

interface PrintedMove {
  side: Side
  /** log distance from the bar's middle, inside the candle or far out of it */
  away: number
  quantity: number
  /** ms since the bucket's start; feeds are late */
  late: number
}

const printArbitrary: fc.Arbitrary<PrintedMove> = fc.record({
  side: fc.constantFrom('long', 'short'),
  away: fc.oneof(
    { weight: 5, arbitrary: fc.double({ min: -0.02, max: 0.02, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(-5, 5) },
  ),
  quantity: fc.oneof(
    { weight: 5, arbitrary: fc.double({ min: 0.01, max: 1000, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(1e-9, 1e12) },
  ),
  late: fc.integer({ min: 0, max: 400_000 }),
})

const moveArbitrary: fc.Arbitrary<Move> = fc.record({
  skip: fc.oneof({ weight: 12, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 2, max: 2_000 }) }),
  move: fc.oneof(
    { weight: 12, arbitrary: fc.double({ min: -0.02, max: 0.02, noNaN: true }) },
    { weight: 2, arbitrary: fc.constant(0) },
    // a jump of a factor 100
    { weight: 1, arbitrary: fc.constantFrom(4.605, -4.605) },
  ),
  up: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.03, noNaN: true })),
  down: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.03, noNaN: true })),
  volume: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 6, arbitrary: fc.double({ min: 0, max: 1e6, noNaN: true }) }),
  interest: fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 12, arbitrary: fc.double({ min: 1e4, max: 1e5, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(0, 1e-12, 1e-6, 1e20) },
  ),
  prints: fc.oneof(fc.constant<PrintedMove[]>([]), fc.array(printArbitrary, { maxLength: 4 })),
  funding: fc.oneof(fc.constant(null), fc.double({ min: -0.01, max: 0.01, noNaN: true })),
  ratio: fc.oneof(fc.constant(null), fc.constant(0), fc.double({ min: 0.1, max: 10, noNaN: true })),
})

/** Buckets that a market can have shown, calm and absurd ones, with all feeds. */
export const marketArbitrary = (options: { bucketMs: number; minLength?: number; maxLength?: number }): fc.Arbitrary<BucketInput[]> =>
  fc
    .tuple(
      fc.constantFrom(0.000012, 3, 120_000),
      fc.array(moveArbitrary, { minLength: options.minLength ?? 1, maxLength: options.maxLength ?? 60 }),
    )
    .map(([first, moves]) => toBuckets(first, moves, options.bucketMs))

function toBuckets(first: number, moves: Move[], bucketMs: number): BucketInput[] {
  let price = first
  let bucketStart = START
  return moves.map(({ skip, move, up, down, volume, interest, prints, funding, ratio }) => {
    bucketStart += skip * bucketMs
    const open = price
    // Turn back before leaving the grid.
    const close = price * Math.exp((price > 1e9 && move > 0) || (price < 1e-9 && move < 0) ? -move : move)
    price = close
    const bucket: BucketInput = {
      bucketStart,
      open,
      high: Math.max(open, close) * Math.exp(up),
      low: Math.min(open, close) * Math.exp(-down),
      close,
      volume,
    }
    if (prints.length > 0)
      bucket.liquidations = prints.map(({ side, away, quantity, late }) =>
        print(side, bucketStart + late, close * Math.exp(close > 1e9 || close < 1e-9 ? 0 : away), quantity),
      )
    if (funding !== null) bucket.fundingRate = funding
    if (ratio !== null) bucket.longShortRatio = ratio
    return interest === null ? bucket : { ...bucket, openInterest: { time: bucketStart + bucketMs, base: interest } }
  })
}

export function run(estimator: Estimator, buckets: readonly BucketInput[]): Estimator {
  for (const bucket of buckets) estimator.step(bucket)
  return estimator
}
