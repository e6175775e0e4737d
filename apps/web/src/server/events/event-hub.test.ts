import { setTimeout as sleep } from 'node:timers/promises'
import { notify } from '@faultline/db/notify'
import { appendColumns, completeBuild, startBuild } from '@faultline/db/repositories/builds'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { type FeedState, writeFeedStates, writeSourceState } from '@faultline/db/repositories/feed-states'
import { enterGaps, type Gap, settleGap } from '@faultline/db/repositories/gaps'
import { makeInstrument, START, sampleColumn } from '@faultline/testkit/factories'
import superjson from 'superjson'
import { afterEach, describe, expect, it } from 'vitest'
import type { FeedNews, News, SourceNews } from '../../features/stream/server/news.ts'
import { builtMarket } from '../testing/market.ts'
import { type Person, webUnderTest } from '../testing/web-under-test.ts'

const web = webUnderTest()
const FIVE = 300_000

interface Event {
  event: string
  id: string | undefined
  data: unknown
}
const open = new Set<AbortController>()
afterEach(() => {
  for (const stream of open) stream.abort()
  open.clear()
})

/** As EventSource reads it. `next()` skips what the transport says for itself, and the time. */
async function stream(person: Person, input: unknown, lastEventId?: string) {
  const over = new AbortController()
  open.add(over)
  const query = `input=${encodeURIComponent(JSON.stringify(superjson.serialize(input)))}`
  const response = await fetch(`${web.origin}/api/stream/stream.follow?${query}`, {
    headers: { cookie: await web.cookieOf(person), ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) },
    signal: over.signal,
  })
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let text = ''
  const read = async (): Promise<Event | null> => {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end >= 0) {
        const fields = new Map(
          text
            .slice(0, end)
            .split('\n')
            .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
        )
        text = text.slice(end + 2)
        const data = fields.get('data')
        return { event: fields.get('event') ?? 'message', id: fields.get('id'), data: data ? JSON.parse(data) : undefined }
      }
      const { value, done } = await reader.read()
      if (done) return null
      text += decoder.decode(value, { stream: true })
    }
  }
  const next = async (): Promise<Event | null> => {
    for (;;) {
      const event = await read()
      if (event === null) return null
      const data = unwrap(event.data)
      if (event.event !== 'connected' && event.event !== 'ping' && !isClock(data)) return { ...event, data }
    }
  }
  /** the next news that is meant, whatever comes before it */
  const until = async (meant: (news: News) => boolean): Promise<News> => {
    for (;;) {
      const event = await next()
      if (event === null) throw new Error('the stream has ended')
      if (meant(event.data as News)) return event.data as News
    }
  }
  return { next, until, close: () => over.abort() }
}
const isClock = (data: unknown) => data !== null && typeof data === 'object' && 'kind' in data && data.kind === 'clock'
const fresh = { state: 'fresh', lastTime: START, receivedAt: START, coveredTo: START, limitMs: 1_000 } as const

/** An instrument whose feed is live, and what its worker can do. */
async function fedMarket() {
  const { db } = web.database
  const instrument = await makeInstrument(db)
  const source = await ensureDataSource(db, { name: `Source of ${instrument.symbol}`, venue: 'binance-usdm' })
  const live: FeedState = {
    instrumentId: instrument.id,
    dataSourceId: source.id,
    state: 'live',
    message: null,
    channels: { candle: fresh },
    backfill: null,
    worker: `worker of ${instrument.symbol}`,
  }
  const report = (more: Partial<FeedState>) => writeFeedStates(db.pool, [{ ...live, ...more }])
  const announce = () => notify(db.pool, 'feeds', { sourceId: source.id, instrumentIds: [instrument.id] })
  const age = async (seconds: number) => {
    await db.pool.query(`update feed_state set updated_at = now() - $2 * interval '1 second' where instrument_id = $1`, [
      instrument.id,
      seconds,
    ])
    await announce()
  }
  await report({})
  return { instrument, source, report, announce, age }
}

const unwrap = (data: unknown) => (data && typeof data === 'object' && 'json' in data ? superjson.deserialize(data as never) : data)

it('says the present state first, then each new column', async () => {
  const market = await builtMarket(web.database.db, { count: 10 })
  const { key } = market.instrument
  const person = await web.addPerson()
  const news = await stream(person, { instrument: key })
  expect((await news.next())?.data).toEqual({
    kind: 'columns',
    madeAt: expect.any(Number),
    instrumentKey: key,
    buildId: market.build.id,
    lastBucket: START + 9 * FIVE,
  })
  await market.append(1)
  expect((await news.next())?.data).toEqual({
    kind: 'columns',
    madeAt: expect.any(Number),
    instrumentKey: key,
    buildId: market.build.id,
    lastBucket: START + 10 * FIVE,
  })
})

it('resumes after lastEventId: nothing again that was seen, nothing missing that came meanwhile', async () => {
  const [a, b] = [await builtMarket(web.database.db, { count: 10 }), await builtMarket(web.database.db, { count: 10 })]
  const person = await web.addPerson()
  const all = await stream(person, {})
  const seen = new Map<string, Event>()
  while (!seen.has(a.instrument.key) || !seen.has(b.instrument.key)) {
    const event = (await all.next()) as Event
    seen.set((event.data as { instrumentKey: string }).instrumentKey, event)
  }
  const ids = [...seen.values()].map((e) => e.id as string)
  const lastId = ids.at(-1) as string
  all.close()

  // while nobody was connected
  await a.append(2)
  await expect.poll(() => web.services.hub.lastBucketOf(a.build.id)).toBe(START + 11 * FIVE)
  const again = await stream(person, {}, lastId)
  expect((await again.next())?.data).toMatchObject({ instrumentKey: a.instrument.key, buildId: a.build.id, lastBucket: START + 11 * FIVE })
  await b.append(1)
  expect((await again.next())?.data).toMatchObject({ instrumentKey: b.instrument.key, buildId: b.build.id, lastBucket: START + 10 * FIVE })

  // a number of another process, or of nobody: the whole state
  for (const foreign of ['AAAAAAAA.5', 'nonsense', `${lastId.split('.')[0]}.-1`]) {
    const fresh = await stream(person, { instrument: b.instrument.key }, foreign)
    expect((await fresh.next())?.data).toMatchObject({ instrumentKey: b.instrument.key, lastBucket: START + 10 * FIVE })
  }
})

it('speaks of the build that is served, not of the one that is being made', async () => {
  const market = await builtMarket(web.database.db, { count: 10 })
  const { lease, instrument } = market
  const person = await web.addPerson()
  const news = await stream(person, { instrument: instrument.key })
  expect((await news.next())?.data).toMatchObject({ buildId: market.build.id })

  const next = await startBuild(web.database.db, lease, { modelVersion: 'test-2', bucketMs: FIVE })
  const columns = Array.from({ length: 4 }, (_, i) => sampleColumn({ bucketStart: START + i * FIVE }))
  await appendColumns(web.database.db, lease, {
    buildId: next.id,
    columns,
    checkpoint: new Uint8Array([1]),
    checkpointBucket: START + 3 * FIVE,
  })
  const following = news.next()
  // more than two rounds of news
  expect(await Promise.race([following, sleep(600, 'silence')])).toBe('silence')
  await market.append(1)
  expect((await following)?.data).toMatchObject({ buildId: market.build.id, lastBucket: START + 10 * FIVE })
  await completeBuild(web.database.db, lease, next.id)
  expect((await news.next())?.data).toMatchObject({ buildId: next.id, lastBucket: START + 3 * FIVE })
})

it('says again what is served when its build becomes complete, though no column is new', async () => {
  const market = await builtMarket(web.database.db, { count: 10, complete: false })
  const { key } = market.instrument
  const now = { kind: 'columns', instrumentKey: key, buildId: market.build.id, lastBucket: START + 9 * FIVE, madeAt: expect.any(Number) }
  const news = await stream(await web.addPerson(), { instrument: key })
  expect((await news.next())?.data).toEqual(now)
  const following = news.next()
  expect(await Promise.race([following, sleep(600, 'silence')])).toBe('silence')
  await completeBuild(web.database.db, market.lease, market.build.id)
  expect((await following)?.data).toEqual(now)
  expect(web.services.hub.lastBucketOf(market.build.id)).toBe(now.lastBucket)
})

it('ends with an error when the session ends', async () => {
  const person = await web.addPerson()
  const news = await stream(person, { instrument: 'nobody:NOTHING' })
  const end = news.next()
  await web.sql('UPDATE app_user SET session_version = session_version + 1 WHERE id = $1', [person.id])
  const event = await end
  expect(event?.event).toBe('serialized-error')
  expect(event?.data).toMatchObject({ data: { code: 'UNAUTHORIZED', httpStatus: 401 } })
  expect(await news.next()).toBeNull()
})

it('gives a slow reader the newest state, not the history', async () => {
  const market = await builtMarket(web.database.db, { count: 10 })
  const person = await web.addPerson()
  const news = await stream(person, { instrument: market.instrument.key })
  await news.next()
  for (let i = 0; i < 20; i++) await market.append(1)
  const got: number[] = []
  while (got.at(-1) !== START + 29 * FIVE) got.push(((await news.next()) as { data: { lastBucket: number } }).data.lastBucket)
  expect(got.length).toBeLessThan(20)
  expect(got).toEqual([...got].sort((x, y) => x - y))
})

it('tells progress: what runs, then each change', async () => {
  const person = await web.addPerson()
  const job = `import-${person.id}`
  const send = (done: number) => notify(web.database.db.pool, 'progress', { job, phase: 'candles', done, total: 10, etaMs: 1_000 })
  const early = await stream(person, {})
  await send(1)
  await early.until((news) => news.kind === 'progress' && news.job === job)
  const late = await stream(person, {})
  expect(await late.until((news) => news.kind === 'progress' && news.job === job)).toMatchObject({ phase: 'candles', done: 1, total: 10 })
  await send(2)
  expect((await late.next())?.data).toMatchObject({ kind: 'progress', job, done: 2 })
})

describe('of feeds', () => {
  it('says how a feed is, and each change that somebody sees', async () => {
    const { instrument, report } = await fedMarket()
    const news = await stream(await web.addPerson(), { instrument: instrument.key })
    expect((await news.next())?.data).toMatchObject({
      kind: 'feed',
      instrumentKey: instrument.key,
      state: 'live',
      silent: null,
      gaps: 'none',
    })
    const following = news.next()
    // coverage moves all the time, and is no news
    await report({ channels: { candle: { ...fresh, coveredTo: START + 5 } } })
    expect(await Promise.race([following, sleep(600, 'silence')])).toBe('silence')
    await report({ state: 'late', message: 'silent: candles' })
    expect((await following)?.data).toMatchObject({ state: 'late', message: 'silent: candles' })
    // whoever comes new gets the newest times all the same
    expect(await web.services.hub.feedOf(instrument.key)).toMatchObject({ channels: { candle: { coveredTo: START + 5 } } })
  })

  it('resumes a feed after lastEventId like columns', async () => {
    const { instrument, report } = await fedMarket()
    const person = await web.addPerson()
    const first = await stream(person, { instrument: instrument.key })
    const seen = (await first.next()) as Event
    first.close()
    await report({ state: 'late' })
    await report({ state: 'stale' })
    await expect.poll(async () => (await web.services.hub.feedOf(instrument.key))?.state).toBe('stale')
    const again = await stream(person, { instrument: instrument.key }, seen.id)
    expect((await again.next())?.data).toMatchObject({ state: 'stale' })
    // and nothing again that was seen
    const following = again.next()
    expect(await Promise.race([following, sleep(600, 'silence')])).toBe('silence')
  })

  it('gives a slow reader the newest state of a backfill, not each step', async () => {
    const { instrument, report } = await fedMarket()
    const news = await stream(await web.addPerson(), { instrument: instrument.key })
    await news.next()
    const steps = 40
    for (let done = 1; done <= steps; done++)
      await report({ state: 'backfilling', backfill: { phase: 'fetching', done, total: steps, etaMs: null, from: START, reached: null } })
    const got: number[] = []
    while (got.at(-1) !== steps) {
      const { data } = (await news.next()) as { data: FeedNews }
      got.push(data.backfill?.done ?? 0)
    }
    expect(got.length).toBeLessThan(steps)
    expect(got).toEqual([...got].sort((x, y) => x - y))
  })

  it('says that a worker has died, and that it is back', async () => {
    const { instrument, report, age } = await fedMarket()
    const news = await stream(await web.addPerson(), { instrument: instrument.key })
    await news.next()
    await age(31)
    const dead = (await news.next()) as { data: FeedNews }
    expect(dead.data).toMatchObject({ state: 'stale', message: null, silent: { who: 'worker' } })
    expect(Math.abs(Date.now() - 31_000 - (dead.data.silent?.since ?? 0))).toBeLessThan(20_000)
    await report({})
    expect((await news.next())?.data).toMatchObject({ state: 'live', silent: null })
  })

  it('tells when the unfilled gaps change, whoever changes them', async () => {
    const { instrument, announce } = await fedMarket()
    const { pool } = web.database.db
    const news = await stream(await web.addPerson(), { instrument: instrument.key })
    const gaps = async () => ((await news.next()) as { data: FeedNews }).data.gaps
    const none = await gaps()
    const gap: Gap = { instrumentId: instrument.id, channel: 'candle', from: START, to: START + FIVE, status: 'open', reason: null }
    await enterGaps(pool, [gap])
    await announce()
    const one = await gaps()
    await enterGaps(pool, [{ ...gap, to: START + 2 * FIVE }])
    await announce()
    const longer = await gaps()
    await settleGap(pool, gap, 'filled')
    await announce()
    expect(await gaps()).toBe(none)
    expect(new Set([none, one, longer]).size).toBe(3)
  })

  it('says how sources are, also before anything is known of their instruments', async () => {
    const { pool } = web.database.db
    const person = await web.addPerson({ role: 'admin' })
    const news = await stream(person, {})
    const { id } = await ensureDataSource(web.database.db, { name: 'Nowhere', venue: 'binance-usdm', symbols: ['BTCUSDT'] })
    const about = (state: SourceNews['state']) => (n: News) => n.kind === 'source' && n.sourceId === id && n.state === state
    expect(await news.until(about(null))).toMatchObject({ name: 'Nowhere', enabled: true, message: null })
    const state = { dataSourceId: id, blockedUntil: null, nextAttemptAt: START, details: {}, worker: 'test' }
    await writeSourceState(pool, { ...state, state: 'unreachable', message: 'getaddrinfo ENOTFOUND fapi.example' })
    expect(await news.until(about('unreachable'))).toMatchObject({ message: 'getaddrinfo ENOTFOUND fapi.example', nextAttemptAt: START })
    expect(await web.services.hub.current()).toContainEqual(expect.objectContaining({ kind: 'source', sourceId: id, state: 'unreachable' }))
    // only their own are told to those who ask for one instrument
    const { instrument } = await fedMarket()
    const one = await stream(person, { instrument: instrument.key })
    expect((await one.next())?.data).toMatchObject({ kind: 'feed' })
  })
})

it('serves nothing but streams under /api/stream', async () => {
  const cookie = await web.cookieOf(await web.addPerson())
  for (const path of ['account.me', 'instruments.list', 'stream.follow,account.me', 'stream.nothing', '']) {
    const { status } = await web.get(`/api/stream/${path}`, { cookie })
    expect([path, status]).toEqual([path, 404])
  }
})

// last: this server is gone afterwards
it('cuts streams when the server stops, so that browsers come back to the next one', async () => {
  const person = await web.addPerson()
  const news = await stream(person, { instrument: 'nobody:NOTHING' })
  // an orderly end would be an event "return", after which tRPC's client stays away
  const cut = expect(news.next()).rejects.toThrow()
  await web.services.hub.close()
  await cut
})
