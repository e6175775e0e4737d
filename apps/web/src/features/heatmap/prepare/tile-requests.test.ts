import { tileIndexOf } from '@faultline/market/tile-build'
import { expect, it } from 'vitest'
import { neighbourRequests, tileRequests } from './tile-requests.ts'

const M = 60_000
const index = tileIndexOf(Date.UTC(2026, 2, 5), 5 * M)
const view = (lastBucket: number) => ({
  build: { id: 7, bucketMs: M, lastBucket },
  resolutionMs: 5 * M,
  tiles: [
    { index, closed: true },
    { index: index + 1, closed: false },
  ],
})

it('names a closed tile for ever and an open one by the last bucket', () => {
  const a = tileRequests(view(1_000 * M))
  const b = tileRequests(view(1_001 * M))
  expect(a.map((r) => r.url)).toEqual([`/tiles/7/5m/${index}`, `/tiles/7/5m/${index + 1}`])
  expect(a[0]?.key).toBe(b[0]?.key)
  expect(a[1]?.key).not.toBe(b[1]?.key)
})

it('fetches the closed neighbours in advance, as far as there is history', () => {
  const resolutionMs = 300_000
  const tile = 256 * resolutionMs
  const view = {
    build: { id: 7, bucketMs: 60_000, firstBucket: 9 * tile + 5, lastBucket: 13 * tile - 60_000 },
    resolutionMs,
    tiles: [
      { index: 10, closed: true },
      { index: 11, closed: true },
    ],
  }
  expect(neighbourRequests(view).map((r) => r.url)).toEqual(['/tiles/7/5m/9', '/tiles/7/5m/12'])
})
