import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FeedNews, SourceNews } from '../../features/stream/server/news.ts'
import type { FeedReport, Reports } from './feed-reports.ts'
import { FeedWatch } from './feed-watch.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const source = (
  more: Partial<Reports['sources'][number]['source']> = {},
  report: Partial<NonNullable<Reports['sources'][number]['report']>> | null = {},
) => ({
  source: {
    id: 1,
    name: 'Binance',
    venue: 'binance-usdm' as const,
    restUrl: null,
    wsUrl: null,
    enabled: true,
    symbols: [],
    options: {},
    priority: 100,
    version: 1,
    updatedAt: 0,
    ...more,
  },
  report: report && {
    dataSourceId: 1,
    state: 'live' as const,
    message: null,
    blockedUntil: null,
    nextAttemptAt: null,
    details: {},
    worker: 'w',
    updatedAt: 0,
    ...report,
  },
})
const feed = (id: number, more: Partial<FeedReport> = {}): FeedReport => ({
  instrumentId: id,
  instrumentKey: `binance-usdm:C${id}USDT`,
  symbol: `C${id}USDT`,
  dataSourceId: 1,
  state: 'live',
  message: 'all is well',
  channels: {},
  backfill: null,
  worker: 'w',
  updatedAt: 0,
  gaps: '',
  ...more,
})

/** A database whose clock is an hour ahead of ours. */
function watched(first: Pick<Reports, 'feeds' | 'sources'>) {
  const AHEAD = 3_600_000
  const asked: (readonly number[] | 'all')[] = []
  const told: (FeedNews | SourceNews)[] = []
  const database = { ...first, away: false, slowMs: 0 }
  const watch = new FeedWatch({
    read: async (ids) => {
      asked.push(ids)
      if (database.slowMs > 0) await new Promise((done) => setTimeout(done, database.slowMs))
      if (database.away) throw new Error('away')
      const feeds = ids === 'all' ? database.feeds : database.feeds.filter((f) => ids.includes(f.instrumentId))
      return { feeds, sources: database.sources, now: Date.now() + AHEAD }
    },
    put: (news) => told.push(news),
  })
  const stamp = (secondsAgo: number) => Date.now() + AHEAD - secondsAgo * 1_000
  const last = <K extends 'feed' | 'source'>(kind: K) =>
    told.findLast((news) => news.kind === kind) as Extract<FeedNews | SourceNews, { kind: K }> | undefined
  return { watch, database, asked, told, last, stamp }
}

it('answers hints together, at most every 250 ms', async () => {
  const w = watched({ feeds: [feed(1), feed(2), feed(3)], sources: [source()] })
  w.watch.hint([1])
  await vi.advanceTimersByTimeAsync(0)
  expect(w.asked).toEqual([[1]])
  for (const id of [2, 3, 2]) w.watch.hint([id])
  w.watch.hint([])
  await vi.advanceTimersByTimeAsync(249)
  expect(w.asked).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(w.asked).toEqual([[1], [2, 3]])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(w.asked, 'nothing is owed any more').toHaveLength(2)
  w.watch.close()
})

it('asks one question at a time, and once more for what was hinted meanwhile', async () => {
  const w = watched({ feeds: [feed(1)], sources: [source()] })
  w.database.slowMs = 2_000
  w.watch.hint([1])
  w.watch.hint([2])
  w.watch.hint('all')
  await vi.advanceTimersByTimeAsync(1_999)
  expect(w.asked).toEqual([[1]])
  await vi.advanceTimersByTimeAsync(251)
  expect(w.asked).toEqual([[1], 'all'])
  w.watch.close()
})

describe('a worker that has died', () => {
  const dead = async (source_: ReturnType<typeof source>) => {
    const w = watched({ feeds: [], sources: [source_] })
    w.database.feeds = [
      feed(1, { updatedAt: w.stamp(2), backfill: { phase: 'fetching', done: 1, total: 2, etaMs: 5, from: 0, reached: null } }),
    ]
    if (source_.report) source_.report.updatedAt = w.stamp(2)
    w.watch.start()
    w.watch.hint('all')
    await vi.advanceTimersByTimeAsync(0)
    expect(w.last('feed')).toMatchObject({ state: 'live', silent: null })
    return w
  }

  it('is noticed by the clock alone, by that of the database', async () => {
    const w = await dead(source())
    const at = Date.now() - 2_000
    await vi.advanceTimersByTimeAsync(25_000)
    expect(w.last('feed')?.state).toBe('live')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(w.last('feed')).toMatchObject({ state: 'stale', message: null, backfill: null, silent: { who: 'worker', since: at } })
    expect(w.last('source')).toMatchObject({ state: 'stale', silent: { who: 'worker', since: at } })
    // it is back
    w.database.feeds = [feed(1, { updatedAt: w.stamp(0) })]
    await vi.advanceTimersByTimeAsync(5_000)
    expect(w.last('feed')).toMatchObject({ state: 'live', silent: null })
    // who reports of a feed is alive, whatever the source's own row says
    expect(w.last('source')).toMatchObject({ state: 'live', silent: null })
    w.watch.close()
  })

  it('is not one that has nothing new to say of a feed, but of another', async () => {
    const w = await dead(source())
    w.database.feeds = [feed(1, { updatedAt: w.stamp(20), state: 'unreachable' }), feed(2, { updatedAt: w.stamp(0), worker: 'w' })]
    for (let i = 0; i < 12; i++) {
      ;(w.database.feeds[1] as FeedReport).updatedAt = w.stamp(0)
      await vi.advanceTimersByTimeAsync(5_000)
    }
    expect(w.told.filter((news) => news.kind === 'feed').map((news) => news.state)).not.toContain('stale')
    // what another one writes says nothing of it
    w.database.feeds = [feed(1, { updatedAt: w.stamp(80), state: 'unreachable' }), feed(2, { updatedAt: w.stamp(0), worker: 'other' })]
    await vi.advanceTimersByTimeAsync(40_000)
    expect(w.told.findLast((news) => news.kind === 'feed' && news.instrumentKey.includes('C1'))).toMatchObject({ state: 'stale' })
    w.watch.close()
  })

  it('is not missed where nobody is to report', async () => {
    for (const not of [source({ enabled: false }, null), source({ symbols: ['OTHERUSDT'] })]) {
      const w = await dead(not)
      await vi.advanceTimersByTimeAsync(60_000)
      expect(w.last('feed')).toMatchObject({ state: 'paused', silent: null })
      w.watch.close()
    }
  })
})

it('says that it is the database that does not answer', async () => {
  const w = watched({ feeds: [], sources: [source()] })
  w.database.feeds = [feed(1, { updatedAt: w.stamp(0) })]
  w.watch.start()
  w.watch.hint('all')
  await vi.advanceTimersByTimeAsync(0)
  const at = Date.now()
  w.database.away = true
  await vi.advanceTimersByTimeAsync(40_000)
  expect(w.last('feed')).toMatchObject({ state: 'stale', silent: { who: 'database', since: at } })
  w.database.away = false
  w.database.feeds = [feed(1, { updatedAt: w.stamp(0) })]
  await vi.advanceTimersByTimeAsync(5_000)
  expect(w.last('feed')).toMatchObject({ state: 'live', silent: null })
  w.watch.close()
})

it('says of a source that no worker has reported, or that it is paused', async () => {
  const w = watched({ feeds: [], sources: [source({}, null)] })
  await w.watch.known()
  expect(w.last('source')).toMatchObject({ state: null, enabled: true, silent: null })
  w.database.sources = [source({ enabled: false }, { state: 'live' })]
  w.watch.hint([])
  await vi.advanceTimersByTimeAsync(0)
  expect(w.last('source')).toMatchObject({ state: 'paused', enabled: false })
  w.watch.close()
})
