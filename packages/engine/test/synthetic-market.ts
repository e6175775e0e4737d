/**
 * A market from a seed, with every feed. Only exact arithmetic (no logarithm, no power), so that it is the same to the bit wherever it is made; no
 * import that a browser would not have. Its prints follow the falls and rises of price, so there is something to learn; as a market it is
 * a toy (the simulator is the real one).
 */
import type { BucketInput } from '../src/estimator/bucket-input.ts'

export interface SyntheticOptions {
  seed: number
  buckets: number
  bucketMs: number
  /** UTC ms, on an hour */
  start: number
}

export function syntheticMarket({ seed, buckets, bucketMs, start }: SyntheticOptions): BucketInput[] {
  const random = mulberry32(seed)
  /** about normal, within ±3 */
  const bell = () => random() + random() + random() + random() + random() + random() - 3
  let price = 2000
  let interest = 50_000
  let funding = 0.0001
  let ratio = 1.5
  return Array.from({ length: buckets }, (_, i) => {
    const bucketStart = start + i * bucketMs
    const end = bucketStart + bucketMs
    const open = price
    // a shock now and then
    const move = bell() * (random() < 0.02 ? 0.02 : 0.002)
    const close = open * (1 + move)
    const high = Math.max(open, close) * (1 + 0.001 * random())
    const low = Math.min(open, close) * (1 - 0.001 * random())
    price = close
    const volume = 200 + 400 * random() + 40_000 * Math.abs(move)
    interest += bell() * 100 + (50_000 - interest) * 0.001
    if (i % 480 === 0) funding = 0.0001 * bell()
    ratio += 0.01 * bell() + 0.01 * (1.5 - ratio)
    const side = move < 0 ? 'long' : 'short'
    const extreme = move < 0 ? low : high
    const size = Math.abs(move) * 1000
    const liquidations = Array.from({ length: Math.floor(size * random()) }, () => {
      const quantity = 0.5 / (0.05 + random())
      // one in twenty lies outside its candle
      const at = random() < 0.05 ? extreme * (side === 'long' ? 0.999 : 1.001) : extreme
      const time = bucketStart + Math.floor(random() * bucketMs)
      return { type: 'liquidation', time, side, price: at, priceKind: 'order', quantity, quantityUsd: at * quantity } as const
    })
    const bucket: BucketInput = { bucketStart, open, high, low, close, volume, takerBuyVolume: volume * random(), liquidations }
    bucket.fundingRate = funding
    bucket.longShortRatio = ratio
    if (i % 5 === 0) bucket.openInterest = { time: end, base: interest }
    return bucket
  })
}

function mulberry32(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
