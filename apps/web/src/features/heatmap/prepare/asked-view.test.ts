import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import { RESOLUTIONS } from '../server/schema.ts'
import { askedView, RESOLUTION_NAMES, resolutionChoices } from './asked-view.ts'

const END = Date.UTC(2026, 2, 5, 11)
const build = { bucketMs: MINUTE_MS, firstBucket: END - 40 * DAY_MS, lastBucket: END - MINUTE_MS }
const ask = (screen: { from: number; to: number } | null, resolution: '1m' | '4h' | null = null) =>
  askedView({ range: '3d', resolution, screen, build })

it('names the resolutions that the server knows', () => expect(RESOLUTION_NAMES).toEqual(RESOLUTIONS))

describe('askedView', () => {
  it('is the range that everybody asks for while the screen shows it, or most of it', () => {
    expect(ask(null)).toEqual({ range: '3d', resolution: null, window: null })
    expect(ask({ from: END - 3 * DAY_MS, to: END })).toEqual(ask(null))
    expect(ask({ from: END - 2 * DAY_MS, to: END })).toEqual(ask(null))
  })

  it('becomes finer where less is on screen', () => {
    const near = ask({ from: END - 12 * HOUR_MS, to: END })
    expect(near.resolution).toBe('1m')
    expect(near.window?.from).toBeLessThanOrEqual(END - 18 * HOUR_MS)
    expect(near.window?.to).toBeGreaterThanOrEqual(END)
  })

  it('goes back in time in whole tiles, so that small moves ask for the same', () => {
    const at = END - 7 * DAY_MS
    const a = ask({ from: at, to: at + 3 * DAY_MS })
    const b = ask({ from: at + MINUTE_MS, to: at + 3 * DAY_MS + MINUTE_MS })
    expect(a).toEqual(b)
    expect([a.resolution, (a.window?.from ?? 1) % (256 * 5 * MINUTE_MS)]).toEqual(['5m', 0])
  })

  it('becomes coarser where more is on screen, the chosen resolution too when it would be too much', () => {
    expect(ask({ from: END - 30 * DAY_MS, to: END }).resolution).toBe('30m')
    expect(ask({ from: END - 30 * DAY_MS, to: END }, '1m').resolution).toBe('30m')
    expect(ask({ from: END - 12 * HOUR_MS, to: END }, '4h')).toEqual({ range: '3d', resolution: '4h', window: null })
  })

  it('asks for no more than the server gives', () => {
    for (const hours of [1, 12, 72, 300, 2_000, 9_000])
      for (const resolution of [null, '1m'] as const) {
        const { window, resolution: name } = askedView({ range: '1y', resolution, screen: { from: END - hours * HOUR_MS, to: END }, build })
        if (!window || !name) continue
        const ms = { '1m': MINUTE_MS, '5m': 5 * MINUTE_MS, '30m': 30 * MINUTE_MS, '4h': 4 * HOUR_MS, '1d': DAY_MS }[name]
        expect((window.to - window.from) / ms).toBeLessThanOrEqual(8_800)
      }
  })
})

it('offers what can be loaded', () => {
  expect(resolutionChoices('12h', MINUTE_MS)).toEqual(['1m', '5m', '30m', '4h'])
  expect(resolutionChoices('30d', MINUTE_MS)).toEqual(['5m', '30m', '4h', '1d'])
  expect(resolutionChoices('1y', 5 * MINUTE_MS)).toEqual(['4h', '1d'])
})
