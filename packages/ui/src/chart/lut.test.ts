import { byteToUsd, usdToByte } from '@faultline/market/usd-scale'
import { describe, expect, it } from 'vitest'
import { HEAT_STOPS, SINGLE_HEAT_STOPS } from '../tokens.ts'
import { makeHeatLut, packRgba, ranksOf } from './lut.ts'
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

describe('palettes', () => {
  const lightnessOf = (word: number): number => rgbToOklch([word & 255, (word >> 8) & 255, (word >> 16) & 255])[0]
  const SINGLE = ['cividis', 'viridis', 'contrast'] as const
  const cases = SINGLE.flatMap((palette) => THEMES.map((theme) => ({ palette, theme })))

  it.each(cases)('$palette in $theme: more USD is never nearer to the ground', ({ palette, theme }) => {
    const ramp = oklchRamp(SINGLE_HEAT_STOPS[palette][theme], 256).map((rgb) => rgbToOklch(rgb)[0])
    const sign = theme === 'dark' ? 1 : -1
    // Half a byte of rounding is a thousandth of lightness.
    ramp.slice(1).forEach((l, i) => {
      expect(sign * (l - (ramp[i] as number))).toBeGreaterThan(-0.003)
    })
    expect(sign * ((ramp.at(-1) as number) - (ramp[0] as number))).toBeGreaterThan(0.6)
    for (let k = 0; k < 8; k++) expect(sign * ((ramp[(k + 1) * 31] as number) - (ramp[k * 31] as number))).toBeGreaterThan(0.02)
  })
  it.each(cases)('$palette in $theme: shorts have the colour of longs, and a hatch that is seen on all of it', ({ palette, theme }) => {
    const { long, short, shortHatch } = makeHeatLut(theme, 1e4, 1e8, { palette })
    expect(short).toEqual(long)
    for (let byte = usdToByte(2e4); byte < 256; byte++)
      expect(Math.abs(lightnessOf(shortHatch?.[byte] as number) - lightnessOf(short[byte] as number))).toBeGreaterThan(0.08)
  })
  it('twin has no hatch, and each side a hue of its own', () => {
    const lut = makeHeatLut('dark', 1e4, 1e8, { palette: 'twin' })
    expect(lut.shortHatch).toBeUndefined()
    expect(lut.short).not.toEqual(lut.long)
    expect(lut).toEqual(makeHeatLut('dark', 1e4, 1e8))
  })
  it('leaves out the side that is not shown', () => {
    const both = makeHeatLut('dark', 1e4, 1e8)
    const empty = new Uint32Array(256)
    expect(makeHeatLut('dark', 1e4, 1e8, { sides: 'long' })).toEqual({ long: both.long, short: empty, sides: 'long' })
    expect(makeHeatLut('dark', 1e4, 1e8, { sides: 'short' })).toEqual({ long: empty, short: both.short, sides: 'short' })
  })
})

describe('percentile scale', () => {
  // A thousand cells of byte 100, a hundred of 150, ten of 200: their ranks are 1000, 1100 and 1110 of 1110.
  const counts = new Float64Array(256)
  counts[100] = 1000
  counts[150] = 100
  counts[200] = 10
  const ranks = ranksOf(counts)
  const style = { scale: 'percentile' as const, ranks }
  it('ranks the bytes among what is there', () => {
    expect([ranks[0], ranks[99], ranks[100], ranks[149], ranks[150], ranks[255]]).toEqual([0, 0, 1000 / 1110, 1000 / 1110, 1100 / 1110, 1])
    expect(ranksOf(new Float64Array(256))).toEqual(new Float64Array(256))
  })
  it('gives equal ranks equal colours, and the top rank the last one', () => {
    const { long } = makeHeatLut('dark', byteToUsd(100), byteToUsd(200), style)
    expect(long[99]).toBe(0)
    expect(new Set(long.slice(100, 150)).size).toBe(1)
    expect(long[200]).toBe(packRgba(parseHex(HEAT_STOPS.dark.long.at(-1) as string)))
    // Ten elevenths of the way up by rank; by USD it would be one in a hundred.
    const at = Math.round((100 / 110) ** 1.25 * 255)
    expect(long[150]).toBe(packRgba(oklchRamp(HEAT_STOPS.dark.long, 256)[at] as readonly [number, number, number]))
    expect(makeHeatLut('dark', byteToUsd(100), byteToUsd(200)).long[150]).not.toBe(long[150])
  })
  it('keeps its handles in USD: below the low one nothing is drawn', () => {
    const { short } = makeHeatLut('light', byteToUsd(150), byteToUsd(200), style)
    for (let b = 0; b < 256; b++) expect(short[b] === 0).toBe(b < 150)
  })
})
