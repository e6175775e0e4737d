import { expect, it } from 'vitest'
import type { FeedNews, SourceNews } from '../server/news.ts'
import { NewsStore } from './news-store.ts'

const feed = (instrumentKey: string, more: Partial<FeedNews> = {}): FeedNews => ({
  kind: 'feed',
  instrumentKey,
  sourceId: 1,
  state: 'live',
  message: null,
  channels: {},
  backfill: null,
  silent: null,
  gaps: '',
  ...more,
})
const source = (sourceId: number, more: Partial<SourceNews> = {}): SourceNews => ({
  kind: 'source',
  sourceId,
  name: `Source ${sourceId}`,
  venue: 'simulated',
  enabled: true,
  state: 'live',
  message: null,
  blockedUntil: null,
  nextAttemptAt: null,
  silent: null,
  ...more,
})

it('keeps the newest of each subject and tells each change', () => {
  const store = new NewsStore([feed('a:A'), source(2)])
  const heard: unknown[] = []
  const leave = store.subscribe((news) => heard.push(news))
  const before = { feeds: store.feeds, sources: store.sources }
  store.deliver(feed('a:A', { state: 'late' }))
  store.deliver(source(1))
  store.deliver(source(2, { state: 'blocked' }))
  expect(store.feeds.get('a:A')?.state).toBe('late')
  expect(store.sources.map((s) => [s.sourceId, s.state])).toEqual([
    [1, 'live'],
    [2, 'blocked'],
  ])
  expect(heard).toHaveLength(3)
  // what React compares: another object after a change, and the old one as it was
  expect(store.feeds).not.toBe(before.feeds)
  expect(before.feeds.get('a:A')?.state).toBe('live')
  expect(before.sources).toHaveLength(1)
  leave()
  store.deliver({ kind: 'columns', instrumentKey: 'a:A', buildId: 1, lastBucket: 5, madeAt: null })
  store.deliver({ kind: 'columns', instrumentKey: 'a:A', buildId: 1, lastBucket: 6, madeAt: 9 })
  expect(heard).toHaveLength(3)
  expect(store.columnsOf('a:A')).toMatchObject({ lastBucket: 6, madeAt: 9 })
  expect(store.columnsOf('a:B')).toBeNull()
  expect(store.all()).toHaveLength(4)
})

it('knows the job that moved last', () => {
  const store = new NewsStore()
  const job = { kind: 'progress', phase: 'candles', done: 1, total: 2, etaMs: null } as const
  store.deliver({ ...job, job: 'import', instrumentKey: 'a:A' })
  store.deliver({ ...job, job: 'import', instrumentKey: 'a:B' })
  expect(store.progress?.instrumentKey).toBe('a:B')
  expect(store.all()).toHaveLength(2)
  // sums are added up beside each other: none hides another, or a job that somebody waits for
  for (const key of ['market:A', 'market:B']) store.deliver({ ...job, job: 'sum', instrumentKey: key })
  expect(store.progress?.instrumentKey).toBe('a:B')
  expect(store.sumOf('market:A')).toMatchObject({ done: 1, total: 2 })
  expect(store.sumOf('market:C')).toBeNull()
})

it('tells the server’s time where the browser’s clock is off', () => {
  const store = new NewsStore()
  store.deliver({ kind: 'clock', now: Date.now() - 3_600_000 })
  expect(Math.abs(store.clock().now - (Date.now() - 3_600_000))).toBeLessThan(5_000)
  expect(store.all()).toEqual([])
})
