/** Sources as the list gives them, for tests. */
import type { SourceInstrument, SourceItem } from '../server/schema.ts'
import { CELL_MS } from './coverage.ts'

export const ASKED = Date.UTC(2026, 2, 4, 11, 10)

export const instrument = (symbol: string, more: Partial<SourceInstrument> = {}): SourceInstrument => ({
  id: 1,
  key: `simulated:${symbol}`,
  symbol,
  state: 'live',
  message: null,
  reportedAt: ASKED - 1_000,
  backfill: null,
  channels: [channel('candle'), channel('openInterest')],
  coverage: { from: Math.ceil(ASKED / CELL_MS) * CELL_MS - 48 * CELL_MS, expectedMs: 1_000, coveredMs: 1_000, cells: Array(48).fill(1) },
  lastGap: null,
  openGaps: { count: 0, oldest: null },
  ...more,
})

export const channel = (
  name: SourceInstrument['channels'][number]['channel'],
  more: Partial<SourceInstrument['channels'][number]> = {},
): SourceInstrument['channels'][number] => ({
  channel: name,
  state: 'fresh',
  lastTime: ASKED - 1_500,
  receivedAt: ASKED - 1_400,
  coveredTo: ASKED - 1_500,
  limitMs: 10_000,
  coverage: { expectedMs: 1_000, coveredMs: 1_000 },
  ...more,
})

export const source = (more: Partial<SourceItem> = {}): SourceItem => ({
  id: 1,
  name: 'Simulated market',
  venue: 'simulated',
  simulated: true,
  priority: 100,
  credentials: [],
  restUrl: null,
  wsUrl: null,
  enabled: true,
  symbols: [],
  backfillDays: null,
  version: 1,
  updatedAt: ASKED - 3_600_000,
  report: report(),
  instruments: [instrument('AUSDT')],
  quarantine: { count: 0, atLeast: false, newest: null },
  ...more,
})

export const report = (more: Partial<NonNullable<SourceItem['report']>> = {}): NonNullable<SourceItem['report']> => ({
  state: 'live',
  message: null,
  blockedUntil: null,
  nextAttemptAt: null,
  details: {},
  at: ASKED - 2_000,
  ...more,
})
