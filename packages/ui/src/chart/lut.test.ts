import { byteToUsd, usdToByte } from '@faultline/market/usd-scale'
import { describe, expect, it } from 'vitest'
import { HEAT_STOPS } from '../tokens.ts'
import { makeHeatLut, packRgba } from './lut.ts'
import { oklchRamp, oklchToRgb, parseHex, rgbToOklch } from './oklch.ts'

const THEMES = ['dark', 'light'] as const
const SIDES = ['long', 'short'] as const

describe('OKLCH', () => {
  it('returns every byte colour of the stops unchanged', () => {
    for (const theme of THEMES)
      for (const side of SIDES)
        for (const stop of HEAT_STOPS[theme][side]) expect(oklchToRgb(rgbToOklch(parseHex(stop)))).toEqual(parseHex(stop))
  })
  it('agrees with the published value of red', () => {
    const [l, c, h] = rgbToOklch([255, 0, 0])
    expect([l, c, h].map((v) => Number(v.toFixed(3)))).toEqual([0.628, 0.258, 29.234])
  })
  it('passes through all stops, and hits both ends exactly', () => {
    const stops = HEAT_STOPS.dark.short
    const ramp = oklchRamp(stops, 6 * 10 + 1)
    stops.forEach((stop, i) => {
      expect(ramp[i * 10]).toEqual(parseHex(stop))
    })
  })
  it('takes the hue the short way round: dark shorts are never green', () => {
    for (const [r, g] of oklchRamp(HEAT_STOPS.dark.short, 256)) expect(r).toBeGreaterThanOrEqual(g - 2)
  })
  it('never takes the long way: longs are never red, in either theme', () => {
    for (const theme of THEMES)
      for (const [r, g, b] of oklchRamp(HEAT_STOPS[theme].long, 256)) expect(r).toBeLessThanOrEqual(Math.max(g, b))
  })
  it('keeps the lightness of both sides together', () => {
    for (const theme of THEMES) {
      const [long, short] = SIDES.map((side) => oklchRamp(HEAT_STOPS[theme][side], 64).map((rgb) => rgbToOklch(rgb)[0]))
      long?.forEach((l, i) => {
        expect(Math.abs(l - (short?.[i] ?? 0))).toBeLessThan(0.03)
      })
    }
  })
})

describe('threshold', () => {
  const lut = makeHeatLut('dark', 6e6, 34e6)
  it('draws nothing below the low handle, and nothing for 0', () => {
    expect(lut.long[0]).toBe(0)
    for (let b = 1; b < 256; b++) expect(lut.short[b] === 0).toBe(byteToUsd(b) < 6e6)
  })
  it('clips at the high handle to the last stop', () => {
    const last = packRgba(parseHex(HEAT_STOPS.dark.long.at(-1) as string))
    for (const usd of [34.5e6, 1e9]) expect(lut.long[usdToByte(usd) + 1]).toBe(last)
  })
  it('bends the scale by γ: half way up is darker than the middle stop in dark', () => {
    const half = lut.long[usdToByte(20e6)] as number
    const green = (half >> 8) & 255
    expect(green).toBeLessThan(parseHex(HEAT_STOPS.dark.long[3] as string)[1])
  })
  it('survives handles on the same value', () => expect(makeHeatLut('light', 5e6, 5e6).long[255]).toBe(packRgba(parseHex('#1C3060'))))
})
