import { setTimeout as sleep } from 'node:timers/promises'
import { notify } from '@faultline/db/notify'
import { appendColumns, completeBuild, startBuild } from '@faultline/db/repositories/builds'
import { START, sampleColumn } from '@faultline/testkit/factories'
import superjson from 'superjson'
import { afterEach, expect, it } from 'vitest'
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

/** As EventSource reads it. `next()` skips what the transport says for itself. */
async function stream(person: Person, name: string, input: unknown, lastEventId?: string) {
  const over = new AbortController()
  open.add(over)
  const query = `input=${encodeURIComponent(JSON.stringify(superjson.serialize(input)))}`
  const response = await fetch(`${web.origin}/api/stream/stream.${name}?${query}`, {
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
      if (event === null || (event.event !== 'connected' && event.event !== 'ping')) return event && { ...event, data: unwrap(event.data) }
    }
  }
  return { next, close: () => over.abort() }
}
const unwrap = (data: unknown) => (data && typeof data === 'object' && 'json' in data ? superjson.deserialize(data as never) : data)

it('says the present state first, then each new column', async () => {
  const market = await builtMarket(web.database.db, { count: 10 })
  const { key } = market.instrument
  const person = await web.addPerson()
  const news = await stream(person, 'columns', { instrument: key })
  expect((await news.next())?.data).toEqual({ instrumentKey: key, buildId: market.build.id, lastBucket: START + 9 * FIVE })
  await market.append(1)
  expect((await news.next())?.data).toEqual({ instrumentKey: key, buildId: market.build.id, lastBucket: START + 10 * FIVE })
})

it('resumes after lastEventId: nothing again that was seen, nothing missing that came meanwhile', async () => {
  const [a, b] = [await builtMarket(web.database.db, { count: 10 }), await builtMarket(web.database.db, { count: 10 })]
  const person = await web.addPerson()
  const all = await stream(person, 'columns', {})
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
  const again = await stream(person, 'columns', {}, lastId)
  expect((await again.next())?.data).toEqual({ instrumentKey: a.instrument.key, buildId: a.build.id, lastBucket: START + 11 * FIVE })
  await b.append(1)
  expect((await again.next())?.data).toEqual({ instrumentKey: b.instrument.key, buildId: b.build.id, lastBucket: START + 10 * FIVE })

  // a number of another process, or of nobody: the whole state
  for (const foreign of ['AAAAAAAA.5', 'nonsense', `${lastId.split('.')[0]}.-1`]) {
    const fresh = await stream(person, 'columns', { instrument: b.instrument.key }, foreign)
    expect((await fresh.next())?.data).toMatchObject({ instrumentKey: b.instrument.key, lastBucket: START + 10 * FIVE })
  }
})

it('speaks of the build that is served, not of the one that is being made', async () => {
  const market = await builtMarket(web.database.db, { count: 10 })
  const { lease, instrument } = market
  const person = await web.addPerson()
  const news = await stream(person, 'columns', { instrument: instrument.key })
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
  const now = { instrumentKey: key, buildId: market.build.id, lastBucket: START + 9 * FIVE }
  const news = await stream(await web.addPerson(), 'columns', { instrument: key })
  expect((await news.next())?.data).toEqual(now)
  const following = news.next()
  expect(await Promise.race([following, sleep(600, 'silence')])).toBe('silence')
  await completeBuild(web.database.db, market.lease, market.build.id)
  expect((await following)?.data).toEqual(now)
  expect(web.services.hub.lastBucketOf(market.build.id)).toBe(now.lastBucket)
})

it('ends with an error when the session ends', async () => {
  const person = await web.addPerson()
  const news = await stream(person, 'columns', { instrument: 'nobody:NOTHING' })
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
  const news = await stream(person, 'columns', { instrument: market.instrument.key })
  await news.next()
  for (let i = 0; i < 20; i++) await market.append(1)
  const got: number[] = []
  while (got.at(-1) !== START + 29 * FIVE) got.push(((await news.next()) as { data: { lastBucket: number } }).data.lastBucket)
  expect(got.length).toBeLessThan(20)
  expect(got).toEqual([...got].sort((x, y) => x - y))
})

it('tells progress: what runs, then each change', async () => {
  const person = await web.addPerson()
  const send = (done: number) =>
    notify(web.database.db.pool, 'progress', { job: 'import', phase: 'candles', done, total: 10, etaMs: 1_000 })
  await send(1)
  await expect.poll(() => web.services.hub.latestProgress(0, () => true)?.done).toBe(1)
  const news = await stream(person, 'progress', undefined)
  expect((await news.next())?.data).toMatchObject({ job: 'import', phase: 'candles', done: 1, total: 10, etaMs: 1_000 })
  await send(2)
  expect((await news.next())?.data).toMatchObject({ done: 2 })
})

it('serves nothing but streams under /api/stream', async () => {
  const cookie = await web.cookieOf(await web.addPerson())
  for (const path of ['account.me', 'instruments.list', 'stream.columns,account.me', 'stream.nothing', '']) {
    const { status } = await web.get(`/api/stream/${path}`, { cookie })
    expect([path, status]).toEqual([path, 404])
  }
})

// last: this server is gone afterwards
it('cuts streams when the server stops, so that browsers come back to the next one', async () => {
  const person = await web.addPerson()
  const news = await stream(person, 'columns', { instrument: 'nobody:NOTHING' })
  // an orderly end would be an event "return", after which tRPC's client stays away
  const cut = expect(news.next()).rejects.toThrow()
  await web.services.hub.close()
  await cut
})
