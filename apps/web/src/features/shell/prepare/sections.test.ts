import { describe, expect, it } from 'vitest'
import { instrumentPath, sectionPath, sectionsFor } from './sections.ts'

describe('sectionPath', () => {
  it('stays with the instrument where a page is about one', () => {
    expect(sectionPath('heatmap', 'binance-usdm:ETHUSDT')).toBe('/heatmap/binance-usdm:ETHUSDT')
    expect(sectionPath('map', 'binance-usdm:ETHUSDT')).toBe('/map/binance-usdm:ETHUSDT')
    expect(sectionPath('cascade', 'a:b/c?d')).toBe('/cascade/a:b%2Fc%3Fd')
    expect(sectionPath('screener', 'binance-usdm:ETHUSDT')).toBe('/screener')
  })
  it('lets the page choose without one', () => {
    expect(sectionPath('heatmap')).toBe('/')
    expect(sectionPath('map')).toBe('/map')
  })
})

it('opens another instrument on the same kind of page, else as a heatmap', () => {
  expect(instrumentPath('cascade', 'x:Y')).toBe('/cascade/x:Y')
  expect(instrumentPath('screener', 'x:Y')).toBe('/heatmap/x:Y')
})

it('shows data sources to administrators only', () => {
  expect(sectionsFor('admin')).toContain('sources')
  expect(sectionsFor('member')).not.toContain('sources')
  expect(sectionsFor('member')).not.toContain('account')
})
