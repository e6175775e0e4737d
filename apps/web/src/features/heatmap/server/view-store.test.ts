import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import type { HeatmapRange, HeatmapView } from './schema.ts'
import { ViewStore } from './view-store.ts'

const view = (lastBucket: number, candles = 1): HeatmapView => ({
  instrument: { id: 1, key: 'a:A', venue: 'binance-usdm', symbol: 'A', baseAsset: 'A', quoteAsset: 'USDT', simulated: false },
  build: { id: 1, modelVersion: 'm', generation: 1, bucketMs: 60_000, firstBucket: 0, lastBucket, status: 'complete' },
  range: '3d',
  resolutionMs: 60_000,
  from: 0,
  to: lastBucket + 60_000,
  history: { from: 0, to: lastBucket + 60_000 },
  tiles: [],
  takerBuy: [],
  liquidations: [],
  ratios: [],
  predictedFunding: null,
  candles: { intervalMs: 60_000, rows: Array.from({ length: candles }, (_, i) => [i * 60_000, 1, 1, 1, 1, 1]) },
  openInterest: [],
  funding: [],
  gaps: [],
  coverage: { columns: 1, expected: 1 },
  channels: [],
  liquidationsSampled: false,
  sum: null,
  gapsKnown: '',
  serverTime: 0,
})

/** A database that counts its questions and answers when it is told to. */
function stored(options: { maxBytes?: number } = {}) {
  const world = { version: '1' as string | undefined, bucket: 1, now: 0, reads: 0, candles: 1, slow: false }
  const waiting: (() => void)[] = []
  const store = new ViewStore({
    ...options,
    now: () => world.now,
    versionOf: () => world.version,
    read: async () => {
      world.reads++
      const answer = view(world.bucket, world.candles)
      if (world.slow) await new Promise<void>((done) => waiting.push(done))
      return answer
    },
  })
  const ask = (instrument = 'a:A', range: HeatmapRange = '3d') => store.read({ instrument, range })
  const answerAll = () => {
    for (const done of waiting.splice(0)) done()
  }
  return { world, store, ask, answerAll }
}

it('reads once for all who ask, until the picture changes', async () => {
  const { world, ask } = stored()
  await Promise.all(Array.from({ length: 500 }, () => ask()))
  await ask()
  expect(world.reads).toBe(1)
  Object.assign(world, { version: '2', bucket: 2 })
  expect((await ask()).build.lastBucket).toBe(2)
  expect(world.reads).toBe(2)
  await ask('a:A', '7d')
  await ask('a:B')
  expect(world.reads).toBe(4)
})

it('gives nobody who has heard of a column what was read before it', async () => {
  const { world, ask, answerAll } = stored()
  world.slow = true
  const before = ask()
  Object.assign(world, { version: '2', bucket: 2 })
  const after = ask()
  answerAll()
  expect((await before).build.lastBucket).toBe(1)
  expect((await after).build.lastBucket).toBe(2)
  // whichever answer came last is not taken for the newer one
  world.slow = false
  expect((await ask()).build.lastBucket).toBe(2)
})

it('keeps nothing while it is not told of changes', async () => {
  const { world, ask } = stored()
  world.version = undefined
  await ask()
  world.bucket = 2
  expect((await ask()).build.lastBucket).toBe(2)
  expect(world.reads).toBe(2)
})

it('looks again after a minute, for what comes without a column', async () => {
  const { world, ask } = stored()
  await ask()
  world.now = 59_999
  await ask()
  expect(world.reads).toBe(1)
  world.now = 60_000
  await ask()
  expect(world.reads).toBe(2)
})

it('forgets what has not been asked for when there is no room', async () => {
  const { world, ask } = stored({ maxBytes: 1_000_000 })
  world.candles = 2_000
  for (let i = 0; i < 20; i++) await ask(`a:${i}`)
  expect(world.reads).toBe(20)
  await ask('a:19')
  expect(world.reads).toBe(20)
  await ask('a:0')
  expect(world.reads).toBe(21)
})

it('packs once, and names what it packed', async () => {
  const { world, store } = stored()
  const input = { instrument: 'a:A', range: '3d' } as const
  const [a, b] = await Promise.all([store.readPacked(input), store.readPacked(input)])
  expect(a).toBe(b)
  expect(JSON.parse(gunzipSync(a.gzip).toString())).toEqual(view(1))
  expect(a.etag).toMatch(/^"[\w-]{22}"$/)
  Object.assign(world, { version: '2', bucket: 2 })
  expect((await store.readPacked(input)).etag).not.toBe(a.etag)
})
