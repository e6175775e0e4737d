import { expect, it } from 'vitest'
import { RANGES } from '../server/schema.ts'
import { heatmapPath, instrumentOfSegment } from './heatmap-path.ts'
import { askedRange, neighbourRange, RANGE_NAMES } from './ranges.ts'

it('names the ranges that the server knows', () => expect(RANGE_NAMES).toEqual(RANGES))

it('reads a range from the address and nothing else', () => {
  expect(askedRange('7d')).toBe('7d')
  expect([undefined, null, '', '8d', ['7d'], 'constructor'].map(askedRange)).toEqual([null, null, null, null, null, null])
})

it('steps through the ranges and stops at the ends', () => {
  expect(neighbourRange('3d', 1)).toBe('7d')
  expect(neighbourRange('1y', 1)).toBe('1y')
  expect(neighbourRange('12h', -1)).toBe('12h')
})

it('writes keys into paths and reads them back', () => {
  expect(heatmapPath('binance-usdm:ETHUSDT')).toBe('/heatmap/binance-usdm:ETHUSDT')
  for (const key of ['binance-usdm:ETHUSDT', 'x:A/B?c#d%', 'simulated:SIM_1.0-X'])
    expect(instrumentOfSegment(heatmapPath(key).slice('/heatmap/'.length))).toBe(key)
  expect(instrumentOfSegment('%E0%A4%A')).toBeNull()
})
