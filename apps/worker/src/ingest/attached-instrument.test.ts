import type { ChannelStatus } from '@faultline/market/feed'
import { expect, it } from 'vitest'
import { AttachedInstrument } from './attached-instrument.ts'

const status = (more: Partial<ChannelStatus> = {}): ChannelStatus => ({
  state: 'fresh',
  lastTime: 1,
  receivedAt: 1,
  coveredTo: 999,
  limitMs: null,
  ...more,
})
const make = () =>
  new AttachedInstrument(
    {
      instrumentId: 1,
      dataSourceId: 2,
      lease: { instrumentId: 1, epoch: 3, holder: 'me' },
      onCommitted: () => undefined,
      onLeaseLost: () => undefined,
    },
    null,
  )
const live = { state: 'live' as const, message: null, backfill: null, channels: { candle: status() } }
/** As a transaction that is committed does it. */
const write = (entry: AttachedInstrument, covering: { candle?: number; funding?: number } = {}, forced = false) => {
  const what = entry.due(performance.now(), covering, forced)
  entry.mark(covering, what)()
  return what
}
const soon = () => performance.now()
const later = () => performance.now() + 10_000

it('has nothing to write before it is reported', () => {
  const entry = make()
  expect(entry.due(later(), {}, true)).toBeNull()
  expect(entry.stateWith({}, 'me')).toBeNull()
})

it('is written at once when somebody sees the change, and is news then', () => {
  const entry = make()
  entry.setReport(live)
  expect([entry.due(soon(), {}, false), entry.isNews]).toEqual(['state', true])
  // not committed: still due
  entry.mark({}, 'state')
  expect(entry.due(soon(), {}, false)).toBe('state')
  expect(write(entry)).toBe('state')
  expect([entry.due(later(), {}, true), entry.isNews]).toEqual([null, false])
  for (const change of [{ state: 'late' as const }, { message: 'why' }, { channels: { candle: status({ state: 'late' }) } }]) {
    entry.setReport({ ...live, ...change })
    expect([entry.due(soon(), {}, false), entry.isNews]).toEqual(['state', true])
    write(entry)
  }
})

it('is written now and then when what changed is seen by nobody, or when it is asked for', () => {
  const entry = make()
  entry.setReport(live)
  write(entry)
  entry.setReport({ ...live, channels: { candle: status({ lastTime: 2 }) } })
  expect([entry.due(soon(), {}, false), entry.due(later(), {}, false), entry.due(soon(), {}, true)]).toEqual([null, 'state', 'state'])
  expect(entry.isNews).toBe(false)
  const backfill = { phase: 'fetching' as const, done: 1, total: 9, etaMs: null, from: 0, reached: null }
  entry.setReport({ ...live, backfill })
  write(entry)
  entry.setReport({ ...live, backfill: { ...backfill, done: 2 } })
  expect([entry.due(soon(), {}, false), entry.due(later(), {}, false), entry.isNews]).toEqual([null, 'state', true])
})

it('shows coverage that is committed or just being so, never what the report says', () => {
  const entry = make()
  entry.setReport(live)
  expect(entry.stateWith({}, 'me')?.channels).toEqual({ candle: status({ coveredTo: null }) })
  expect(entry.stateWith({ candle: 5, funding: 7 }, 'me')?.channels).toEqual({ candle: status({ coveredTo: 5 }) })
  expect(entry.coverageWith({ candle: 5, funding: 7 })).toEqual([
    { instrumentId: 1, channel: 'candle', coveredTo: 5 },
    { instrumentId: 1, channel: 'funding', coveredTo: 7 },
  ])
  expect(entry.stateWith({}, 'me')?.channels).toEqual({ candle: status({ coveredTo: null }) })
  write(entry, { candle: 5 })
  // committed, though not written again yet
  expect(write(entry, { candle: 9 })).toBeNull()
  expect(entry.stateWith({ candle: 3 }, 'me')?.channels).toEqual({ candle: status({ coveredTo: 9 }) })
  expect([entry.due(soon(), {}, false), entry.due(soon(), {}, true), entry.due(later(), {}, false)]).toEqual([null, 'state', 'state'])
})

it('has coverage by itself while nobody has reported a state', () => {
  const entry = make()
  expect(write(entry, { candle: 5 })).toBe('coverage')
  expect(entry.due(later(), { candle: 5 }, true)).toBeNull()
  expect(write(entry, { candle: 6 })).toBeNull()
  expect([entry.due(soon(), {}, false), entry.due(later(), {}, false)]).toEqual([null, 'coverage'])
})
