import type { Cluster } from '@faultline/engine/readings/clusters'
import { binLowerPrice, binUpperPrice } from '@faultline/market/price-grid'
import { expect, it } from 'vitest'
import { countFates, fateOf, isLike, seenClusters } from './earlier-clusters.ts'

const HOUR = 3_600_000
const cluster = (side: 'long' | 'short', firstBin: number, lastBin: number, usd: number) =>
  ({ side, firstBin, lastBin, lowPrice: binLowerPrice(firstBin), highPrice: binUpperPrice(lastBin), usd }) as Cluster

it('counts a cluster once however long it stands, as it was when it was largest', () => {
  const seen = seenClusters([
    { time: 0, clusters: [cluster('long', -30, -28, 100), cluster('short', 20, 21, 50)] },
    { time: 8 * HOUR, clusters: [cluster('long', -31, -28, 400)] },
    { time: 16 * HOUR, clusters: [cluster('long', -31, -29, 300), cluster('short', 40, 41, 70)] },
  ])
  expect(seen.map(({ time, side, usd }) => [time / HOUR, side, usd])).toEqual([
    [0, 'short', 50],
    [8, 'long', 400],
    [16, 'short', 70],
  ])
})

it('tells what price did since, and nothing of before', () => {
  // 2 to 3 % below 100
  const seen = { time: 10, side: 'long' as const, lowPrice: 97, highPrice: 98, usd: 1 }
  const bar = (time: number, low: number, close: number) => ({ time, high: 100, low, close })
  const before = bar(5, 90, 91)
  expect(fateOf(seen, [before, bar(10, 99, 99.5)])).toBe('missed')
  expect(fateOf(seen, [before, bar(10, 97.5, 99.5)])).toBe('turned')
  expect(fateOf(seen, [before, bar(10, 97.5, 97.8), bar(11, 95, 96)])).toBe('ran-through')
  expect(fateOf(seen, [before, bar(10, 97.5, 97.8)])).toBe('within')
})

it('sets those beside the ones of now that are of their side and size', () => {
  expect(isLike({ side: 'long', usd: 50 }, { side: 'long', usd: 100 })).toBe(true)
  expect(isLike({ side: 'long', usd: 201 }, { side: 'long', usd: 100 })).toBe(false)
  expect(isLike({ side: 'short', usd: 100 }, { side: 'long', usd: 100 })).toBe(false)
  const at = { time: 0, lowPrice: 1, highPrice: 2 }
  const earlier = [
    { ...at, side: 'long' as const, usd: 60, fate: 'turned' as const },
    { ...at, side: 'long' as const, usd: 190, fate: 'ran-through' as const },
    { ...at, side: 'long' as const, usd: 100, fate: 'missed' as const },
    { ...at, side: 'long' as const, usd: 900, fate: 'turned' as const },
    { ...at, side: 'short' as const, usd: 100, fate: 'turned' as const },
  ]
  expect(countFates(earlier, [{ side: 'long', usd: 100 }])).toEqual({ turned: 1, ranThrough: 1, missed: 1, within: 0 })
  expect(countFates(earlier, [])).toEqual({ turned: 0, ranThrough: 0, missed: 0, within: 0 })
})
