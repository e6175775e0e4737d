import { describe, expect, it } from 'vitest'
import { score } from './score.ts'

const ordered = (query: string, titles: string[]): string[] =>
  titles
    .map((title) => ({ title, value: score(query, { title }) }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value)
    .map(({ title }) => title)

describe('score', () => {
  it('ranks the whole name, its beginning, the beginning of a word, something inside, and letters in order', () => {
    expect(ordered('eth', ['E-T-H', 'stETHUSDT', 'Wrapped ETH', 'ETHUSDT', 'ETH', 'BTCUSDT'])).toEqual([
      'ETH',
      'ETHUSDT',
      'Wrapped ETH',
      'stETHUSDT',
      'E-T-H',
    ])
  })
  it('prefers the shorter name of two that begin alike', () => {
    expect(ordered('sol', ['SOLAYERUSDT', 'SOLUSDT'])).toEqual(['SOLUSDT', 'SOLAYERUSDT'])
  })
  it('sees a word where digits end', () => {
    expect(ordered('pepe', ['XPEPEUSDT', '1000PEPEUSDT'])).toEqual(['1000PEPEUSDT', 'XPEPEUSDT'])
  })
  it('asks for every word, in the title or among the keywords', () => {
    const row = { title: 'ETHUSDT', keywords: 'Binance USDⓈ-M binance-usdm' }
    expect(score('eth bin', row)).toBeGreaterThan(0)
    expect(score('usds', row)).toBeGreaterThan(0)
    expect(score('eth okx', row)).toBe(0)
  })
  it('values the title above the keywords', () => {
    expect(score('map', { title: 'Map' })).toBeGreaterThan(score('map', { title: 'Heatmap', keywords: 'map' }))
    expect(score('bin', { title: 'BINUSDT' })).toBeGreaterThan(score('bin', { title: 'ETHUSDT', keywords: 'Binance' }))
  })
  it('takes letters far apart, or one letter inside a gap, for chance', () => {
    expect(score('ho', { title: 'Heatmap of the whole market, overview' })).toBeGreaterThan(0) // "ho" of whole
    expect(score('hz', { title: 'h.........z' })).toBe(0)
    expect(score('x', { title: 'Heatmap' })).toBe(0)
  })
  it('answers nothing typed with everything alike, and reads no pattern into what is typed', () => {
    expect(score('  ', { title: 'a' })).toBe(score('', { title: 'b' }))
    expect(score('.*', { title: 'ETHUSDT' })).toBe(0)
    expect(score('<img', { title: '<img src=x onerror=alert(1)>' })).toBeGreaterThan(0)
  })
})
