import { FaultlineError } from '@faultline/market/errors'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flat, MINUTE, PLAIN_TIERS, START } from '../../test/markets.ts'
import { Estimator, MODEL_VERSION } from './estimator.ts'

const config = { bucketMs: MINUTE, tiers: PLAIN_TIERS }
function checkpoint(): Uint8Array {
  const estimator = new Estimator(config)
  for (let i = 0; i < 20; i++)
    estimator.step({ ...flat(START + i * MINUTE, 100 + i, 50), openInterest: { time: START + (i + 1) * MINUTE, base: 1000 + i } })
  return estimator.checkpoint()
}

describe('a checkpoint', () => {
  it('of an estimator that has seen nothing resumes to one that has seen nothing', () => {
    const resumed = Estimator.resume(config, new Estimator(config).checkpoint())
    expect(resumed.lastBucket).toBeNull()
    expect(resumed.column()).toBeNull()
  })

  it('belongs to one model, bucket length and margin table', () => {
    const bytes = checkpoint()
    const plain = PLAIN_TIERS[0] as (typeof PLAIN_TIERS)[number]
    expect(() => Estimator.resume({ ...config, bucketMs: 2 * MINUTE }, bytes)).toThrow(/buckets of 60000 ms/)
    expect(() => Estimator.resume({ ...config, tiers: [{ ...plain, maintMarginRatio: 0.005 }] }, bytes)).toThrow(/another margin table/)
    expect(() => Estimator.resume({ ...config, tiers: [{ ...plain, capUsd: 1e6 }] }, bytes)).toThrow(/another margin table/)
    const other = bytes.slice()
    const name = new TextDecoder('latin1').decode(bytes).indexOf(MODEL_VERSION)
    other[name] = 'X'.charCodeAt(0)
    expect(() => Estimator.resume(config, other)).toThrow(`made by model X${MODEL_VERSION.slice(1)}, this is ${MODEL_VERSION}`)
    expect(() => Estimator.resume({ ...config, without: ['tilt'] }, bytes)).toThrow(/this is .* without tilt/)
  })

  it('is compact: stretches without any level cost nothing', () => {
    const sizeAt = (prices: number[]) => {
      const estimator = new Estimator(config)
      prices.forEach((price, i) => {
        estimator.step({
          ...flat(START + i * MINUTE, price, 5000),
          openInterest: { time: START + (i + 1) * MINUTE, base: 0.001 + 1000 * i },
        })
      })
      return estimator.checkpoint().length
    }
    // Entries at two prices 13,800 bins apart: as many levels again, and not those between.
    expect(sizeAt([1, 1e6, 1])).toBeLessThan(3 * sizeAt([1, 1, 1]))
  })

  it('that is damaged is refused, wherever the damage is', () => {
    const bytes = checkpoint()
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = bytes.slice()
        damaged[at] = (damaged[at] as number) ^ flip
        expect(() => Estimator.resume(config, damaged)).toThrow(FaultlineError)
      }),
    )
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), (length) => {
        expect(() => Estimator.resume(config, bytes.subarray(0, length))).toThrow(FaultlineError)
      }),
    )
    expect(() => Estimator.resume(config, new Uint8Array([...bytes, 0]))).toThrow(FaultlineError)
  })
})
