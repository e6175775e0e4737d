import { seenMarket } from '@faultline/testkit/seen-market'
import { describe, expect, it } from 'vitest'
import { mean, measure, SAMPLES } from '../../test/observed-measure.ts'

describe('simulated markets whose every position is known', { timeout: 120_000 }, () => {
  const runs = (['cross', 'usual'] as const).map((crowd) => {
    const market = seenMarket({ days: 4, seed: 202, crowd, intervalMs: 300_000, openInterestUsd: 3e8 })
    return { without: measure(market, null, 2), market }
  })

  it('are estimated better with a fifth of their accounts seen, and none of them worse than by chance', () => {
    const seen = runs.map(({ market }) => measure(market, SAMPLES.random, 2))
    expect(Math.min(...seen.map((s) => s.share))).toBeGreaterThan(0.12)
    expect(mean(seen.map((s) => s.emd))).toBeLessThan(mean(runs.map((r) => r.without.emd)))
    seen.forEach((s, i) => {
      const { without } = runs[i] as (typeof runs)[number]
      expect(s.emd).toBeLessThan(1.04 * without.emd)
      expect(s.mix).toBeLessThan(without.mix)
    })
  })

  it('are not estimated much worse by a sample of survivors, nor wrecked by one of gamblers', () => {
    for (const { market, without } of runs) {
      expect(measure(market, SAMPLES.survivors, 2).emd).toBeLessThan(1.1 * without.emd)
      expect(measure(market, SAMPLES.gamblers, 2).emd).toBeLessThan(1.5 * without.emd)
    }
  })
})
