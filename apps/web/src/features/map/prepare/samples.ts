import { binCentrePrice } from '@faultline/market/price-grid'
import type { CurrentReadings } from '../../readings/server/schema.ts'

/** Price in bin 100; longs of 10, 20, 30 in bins 97 to 99, shorts of 40, 50 in 101 and 102: what tests can add up by hand. */
export const PRICE = binCentrePrice(100)
export const priceOf = binCentrePrice

type Profile = CurrentReadings['profile']

/** Classes of leverage: the long in 99 is 10 of ≤5× and 20 of >50×; everything else is of 10–25×. */
export const profile = (factor = 1): Profile => {
  const times = (usd: number[]) => usd.map((v) => v * factor)
  return {
    long: {
      total: { firstBin: 97, usd: times([10, 20, 30]) },
      leverage: [
        [0, 0, 10],
        [0, 0, 0],
        [10, 20, 0],
        [0, 0, 0],
        [0, 0, 20],
      ].map(times),
      p10: times([5, 10, 15]),
      p90: times([20, 40, 60]),
    },
    short: {
      total: { firstBin: 101, usd: times([40, 50]) },
      leverage: [
        [0, 0],
        [0, 0],
        [40, 50],
        [0, 0],
        [0, 0],
      ].map(times),
      p10: null,
      p90: null,
    },
  }
}

export const readings = (some: Partial<CurrentReadings> = {}): CurrentReadings => ({
  instrument: 'simulated:AUSDT',
  simulated: true,
  buildId: 1,
  modelVersion: 'model-1',
  bucket: 1_772_521_200_000,
  bucketMs: 60_000,
  price: PRICE,
  openInterestUsd: null,
  fundingRate: null,
  fundingHours: null,
  profile: profile(),
  clusters: [],
  whatIf: [],
  asymmetry: [],
  maxPain: null,
  risk: null,
  sigmaDay: null,
  volumeDayUsd: null,
  book: null,
  draws: [],
  ...some,
})

export const cluster = (bin: number, usd: number): CurrentReadings['clusters'][number] => ({
  side: bin < 100 ? 'long' : 'short',
  lowPrice: priceOf(bin),
  highPrice: priceOf(bin),
  peakPrice: priceOf(bin),
  distance: priceOf(bin) / PRICE - 1,
  usd,
  standsOut: true,
  band: null,
  leverage: null,
})
