import type { ChannelStatus } from '@faultline/market/feed'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { makeInstrument, START } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { type Listener, listen, type NotifyMessage } from '../notify.ts'
import { ensureDataSource } from './data-sources.ts'
import { advanceCoverage, type FeedState, readFeedStates, readSourceStates, writeFeedStates, writeSourceState } from './feed-states.ts'

const t = freshDatabase()
const status = (more: Partial<ChannelStatus> = {}): ChannelStatus => ({
  state: 'fresh',
  lastTime: START,
  receivedAt: START + 40,
  coveredTo: null,
  limitMs: 90_000,
  ...more,
})
async function makeFeed(more: Partial<FeedState> = {}): Promise<FeedState> {
  const { id } = await makeInstrument(t.db)
  const source = await ensureDataSource(t.db, { name: 'one', venue: 'binance-usdm' })
  return { instrumentId: id, dataSourceId: source.id, state: 'live', message: null, channels: {}, backfill: null, worker: 'a', ...more }
}
const read = async (feed: FeedState) => (await readFeedStates(t.db, [feed.instrumentId]))[0]

let listener: Listener | undefined
afterEach(async () => {
  await listener?.close()
  listener = undefined
})
async function heard(): Promise<NotifyMessage[]> {
  const messages: NotifyMessage[] = []
  listener = listen({ url: t.appUrl, onMessage: (m) => m.channel === 'feeds' && messages.push(m) })
  await listener.ready
  return messages
}

describe('writeFeedStates', () => {
  it('writes many at once, and again', async () => {
    const backfill = { phase: 'fetching', done: 3, total: 9, etaMs: 1000, from: START, reached: null } as const
    const a = await makeFeed({ channels: { candle: status({ coveredTo: START }) }, backfill })
    const b = await makeFeed({ state: 'blocked', message: 'wait\0' })
    await writeFeedStates(t.db.pool, [b, a])
    expect(await read(a)).toMatchObject(a)
    expect(await read(b)).toMatchObject({ state: 'blocked', message: 'wait\u2400', channels: {}, backfill: null })
    await writeFeedStates(t.db.pool, [{ ...a, state: 'late', message: 'no candle', backfill: null, worker: 'b' }])
    expect(await read(a)).toMatchObject({ state: 'late', message: 'no candle', backfill: null, worker: 'b', channels: a.channels })
    expect((await read(a))?.updatedAt).toBeGreaterThan(START)
    await writeFeedStates(t.db.pool, [])
  })

  it('never takes coverage back, and keeps that of channels which are not named', async () => {
    const feed = await makeFeed({ channels: { candle: status({ coveredTo: START + 5 }), liquidation: status({ coveredTo: START + 9 }) } })
    await writeFeedStates(t.db.pool, [feed])
    await writeFeedStates(t.db.pool, [{ ...feed, channels: { candle: status({ state: 'late', coveredTo: START }), depth: status() } }])
    expect((await read(feed))?.channels).toEqual({
      candle: status({ state: 'late', coveredTo: START + 5 }),
      depth: status(),
      liquidation: status({ state: 'waiting', coveredTo: START + 9 }),
    })
    await writeFeedStates(t.db.pool, [
      { ...feed, channels: { candle: status({ coveredTo: null }), liquidation: status({ coveredTo: START + 10 }) } },
    ])
    expect((await read(feed))?.channels).toMatchObject({
      candle: { coveredTo: START + 5 },
      liquidation: { coveredTo: START + 10, state: 'fresh' },
    })
  })

  it('tells the pages of those that it is asked to announce, however many', async () => {
    const messages = await heard()
    const a = await makeFeed()
    const b = await makeFeed()
    await writeFeedStates(t.db.pool, [a, b], [])
    await writeFeedStates(t.db.pool, [a, b], [b])
    const many = Array.from({ length: 1_201 }, (_, i) => ({ ...a, instrumentId: 2_000_000_000 + i }))
    await writeFeedStates(t.db.pool, [a], many)
    await vi.waitFor(() => expect(messages).toHaveLength(4), 10_000)
    expect(messages[0]?.payload).toEqual({ sourceId: b.dataSourceId, instrumentIds: [b.instrumentId] })
    expect(messages.slice(1).flatMap((m) => (m.channel === 'feeds' ? m.payload.instrumentIds : []))).toEqual(
      many.map((s) => s.instrumentId),
    )
  })
})

describe('advanceCoverage', () => {
  it('moves coverage forward and nothing else', async () => {
    const a = await makeFeed({ channels: { candle: status({ coveredTo: START + 5 }) } })
    const b = await makeFeed({ channels: { funding: status() }, state: 'late' })
    const none = await makeFeed()
    await writeFeedStates(t.db.pool, [a, b])
    const messages = await heard()
    const move = (feed: FeedState, channel: 'candle' | 'funding', coveredTo: number) => ({
      instrumentId: feed.instrumentId,
      channel,
      coveredTo,
    })
    await advanceCoverage(t.db.pool, [])
    await advanceCoverage(t.db.pool, [
      move(b, 'funding', START + 8),
      move(b, 'candle', START + 1),
      move(a, 'candle', START + 4),
      move(none, 'candle', START),
      move(b, 'funding', START + 7),
    ])
    expect(await read(a)).toMatchObject(a)
    expect(await read(b)).toMatchObject({
      ...b,
      channels: {
        funding: status({ coveredTo: START + 8 }),
        candle: { state: 'waiting', lastTime: null, receivedAt: null, coveredTo: START + 1, limitMs: null },
      },
    })
    expect(await read(none)).toBeUndefined()
    await writeFeedStates(t.db.pool, [a], [a])
    await vi.waitFor(() => expect(messages).toHaveLength(1), 10_000)
  })
})

describe('readFeedStates', () => {
  it('shows what another version wrote as unknown', async () => {
    const feed = await makeFeed()
    await writeFeedStates(t.db.pool, [feed])
    await t.db.pool.query(`update feed_state set channels = '{"candle": 7}', backfill = '[]' where instrument_id = $1`, [feed.instrumentId])
    expect(await read(feed)).toMatchObject({ state: 'live', channels: {}, backfill: null })
    expect((await readFeedStates(t.db)).some((s) => s.instrumentId === feed.instrumentId)).toBe(true)
    expect(await readFeedStates(t.db, [])).toEqual([])
  })
})

it('keeps one state per source, and tells the pages', async () => {
  const { id } = await ensureDataSource(t.db, { name: 'state', venue: 'binance-usdm' })
  const messages = await heard()
  const state = {
    dataSourceId: id,
    state: 'blocked',
    message: 'banned',
    blockedUntil: START + 1,
    nextAttemptAt: null,
    details: { quarantined: 3 },
    worker: 'a',
  } as const
  await writeSourceState(t.db.pool, state)
  expect((await readSourceStates(t.db)).filter((s) => s.dataSourceId === id)).toMatchObject([state])
  const live = { ...state, state: 'live', message: null, blockedUntil: null, nextAttemptAt: START + 2, details: {}, worker: 'b' } as const
  await writeSourceState(t.db.pool, live)
  expect((await readSourceStates(t.db)).filter((s) => s.dataSourceId === id)).toMatchObject([live])
  await vi.waitFor(() => expect(messages.map((m) => m.payload)).toEqual(Array(2).fill({ sourceId: id, instrumentIds: [] })), 10_000)
})
