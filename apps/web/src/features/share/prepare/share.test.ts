import { expect, it } from 'vitest'
import type { HeatmapView } from '../../heatmap/server/schema.ts'
import { cutView } from './cut-view.ts'
import { sharedLook } from './shared-look.ts'
import { mergedQuery, sharedScope } from './shared-scope.ts'
import { frameHtml, timeLeft } from './words.ts'

const DAY = 86_400_000
const NOW = Date.UTC(2026, 2, 5, 10, 40)
const KEY = 'a:B'
const zoom = { from: String(NOW - 3 * DAY), to: String(NOW - DAY) }

it('asks for a range while a link is live, or for the stretch that the view is zoomed to', () => {
  expect(sharedScope(KEY, { r: '7d' }, null, '3d').input).toEqual({ instrument: KEY, range: '7d' })
  expect(sharedScope(KEY, {}, null, '1d').input.range).toBe('1d')
  expect(sharedScope(KEY, { ...zoom, res: '5m' }, null, '3d').input).toEqual({
    instrument: KEY,
    range: '3d',
    resolution: '5m',
    window: { from: NOW - 3 * DAY, to: NOW - DAY },
  })
  // what cannot be understood is as if it were not there
  const odd = { r: '2d', res: '2m', from: 'x', to: String(NOW), at: '-1', pl: '1', ph: 'NaN' }
  expect(sharedScope(KEY, odd, null, '3d')).toEqual({
    input: { instrument: KEY, range: '3d' },
    frozenAt: null,
    replayAt: null,
    prices: null,
  })
  expect(sharedScope(KEY, { from: zoom.to, to: zoom.from }, null, '3d').input.window).toBeUndefined()
})

it('ends with the moment at which a link was frozen', () => {
  const windowOf = (query: Record<string, string>, at: number) => sharedScope(KEY, query, at, '3d').input.window
  expect(windowOf({ r: '1d' }, NOW)).toEqual({ from: NOW - DAY, to: NOW })
  expect(windowOf(zoom, NOW)).toEqual({ from: NOW - 3 * DAY, to: NOW - DAY })
  expect(windowOf(zoom, NOW - 2 * DAY)).toEqual({ from: NOW - 3 * DAY, to: NOW - 2 * DAY })
  // a view that was moved ahead of it since then
  expect(windowOf({ ...zoom, r: '1d' }, NOW - 9 * DAY)).toEqual({ from: NOW - 10 * DAY, to: NOW - 9 * DAY })
  expect(sharedScope(KEY, { at: String(NOW - DAY) }, NOW, '3d').replayAt).toBe(NOW - DAY)
  expect(sharedScope(KEY, { at: String(NOW + DAY) }, NOW, '3d').replayAt).toBeNull()
})

it('takes prices with a zoom only', () => {
  expect(sharedScope(KEY, { ...zoom, pl: '100', ph: '200' }, null, '3d').prices).toEqual({ low: 100, high: 200 })
  expect(sharedScope(KEY, { pl: '100', ph: '200' }, null, '3d').prices).toBeNull()
  expect(sharedScope(KEY, { ...zoom, pl: '200', ph: '100' }, null, '3d').prices).toBeNull()
})

it('draws as the view says, and else as the layout that it stands on', () => {
  expect(mergedQuery({ pal: 'viridis', log: '1' }, { pal: 'cividis' })).toEqual({ pal: 'cividis', log: '1' })
  expect(sharedLook({ pal: 'cividis', log: '1', p: 'interest:120,nonsense', tz: 'local', lo: '1e6', hi: 'x', heat: '0' })).toMatchObject({
    palette: 'cividis',
    log: true,
    panes: [{ id: 'interest', height: 120 }],
    zone: 'local',
    lo: 1e6,
    hi: null,
    heat: false,
  })
  expect(sharedLook({ pal: '<img>', p: 'none' })).toMatchObject({ palette: 'twin', panes: [], heat: true, zone: 'utc', lo: null })
  expect(sharedLook({}).panes).toBeNull()
})

const MINUTE = 60_000
const rows = [0, 1, 2, 3, 4].map((i) => NOW + i * 5 * MINUTE)
const view = {
  from: NOW,
  to: NOW + 25 * MINUTE,
  resolutionMs: 5 * MINUTE,
  build: { id: 1, bucketMs: 5 * MINUTE, firstBucket: 0, lastBucket: NOW + 20 * MINUTE },
  history: { from: 0, to: NOW + 25 * MINUTE },
  tiles: [{ index: Math.floor(NOW / (256 * 5 * MINUTE)), closed: false }],
  candles: { intervalMs: 5 * MINUTE, rows: rows.map((time) => [time, 1, 1, 1, 1, 1]) },
  takerBuy: [1, 2, 3, 4, 5],
  openInterest: rows.map((time) => [time, 1, null]),
  funding: [[NOW + 25 * MINUTE, 0.1, 8]],
  liquidations: rows.map((time) => [time, 1, 1]),
  ratios: [{ kind: 'accounts', rows: rows.map((time) => [time, 1]) }],
  predictedFunding: { time: NOW + 60 * MINUTE, rate: 0.1 },
  gaps: [{ channel: 'candle', from: NOW, to: NOW + 25 * MINUTE, status: 'open' }],
  sum: { members: [] },
  channels: [{}],
  gapsKnown: 'x',
} as unknown as HeatmapView

it('leaves out of a frozen view whatever was not known then, to the last series', () => {
  const until = NOW + 12 * MINUTE
  const cut = cutView(view, until)
  expect(cut.candles.rows.map(([time]) => time)).toEqual([NOW, NOW + 5 * MINUTE])
  expect(cut.takerBuy).toEqual([1, 2])
  expect(cut.openInterest.map(([time]) => time)).toEqual([NOW, NOW + 5 * MINUTE, NOW + 10 * MINUTE])
  expect(cut.liquidations.map(([time]) => time)).toEqual([NOW, NOW + 5 * MINUTE])
  expect(cut).toMatchObject({
    to: NOW + 10 * MINUTE,
    history: { from: NOW, to: NOW + 10 * MINUTE },
    build: { lastBucket: NOW + 5 * MINUTE },
    funding: [],
    predictedFunding: null,
    gaps: [{ to: NOW + 10 * MINUTE }],
    channels: [],
    sum: null,
  })
  // every time in it is one that had come, but for what the view is called
  const times =
    JSON.stringify(cut)
      .match(/\b17\d{11}\b/g)
      ?.map(Number) ?? []
  expect(times.length).toBeGreaterThan(10)
  expect(Math.max(...times)).toBeLessThanOrEqual(until)
})

it('leaves a live view whole, within its own stretch', () => {
  const cut = cutView(view, null)
  expect(cut.history).toEqual({ from: view.from, to: view.to })
  expect(cut.candles).toBe(view.candles)
  expect(cut.predictedFunding).toEqual(view.predictedFunding)
})

it('says how long is left', () => {
  expect(timeLeft(6 * DAY + 4 * 3_600_000 + 1)).toBe('6 d 4 h')
  expect(timeLeft(7 * DAY)).toBe('7 d')
  expect(timeLeft(3 * 3_600_000 + 12 * MINUTE)).toBe('3 h 12 min')
  expect(timeLeft(59_999)).toBe('under 1 min')
  expect(timeLeft(-5)).toBe('under 1 min')
})

it('writes the code for a page', () => {
  expect(frameHtml('https://x.example/s/abc', 'Shared liquidation heatmap')).toMatch(/^<iframe src="https:\/\/x\.example\/s\/abc\/embed" /)
})
