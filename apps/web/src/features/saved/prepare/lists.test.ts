import { describe, expect, it } from 'vitest'
import type { LayoutContent } from '../server/content.ts'
import { filterEntries, MINE } from './filter-entries.ts'
import { layoutChanged, watchlistSettings, watchlistSize } from './layout-changes.ts'

const TEAM = { id: 't1', name: 'Northwall' }
const entry = (name: string, more: { team?: typeof TEAM; instrument?: string; range?: string } = {}) => ({
  name,
  team: more.team ?? null,
  instrument: more.instrument ?? null,
  range: more.range ?? null,
})
const ALL = [
  entry('ETH squeeze', { instrument: 'binance-usdm:ETHUSDT', range: '3d' }),
  entry('Week ahead', { team: TEAM, instrument: 'binance-usdm:ETHUSDT', range: '7d' }),
  entry('Night', { team: TEAM }),
  entry('مستوى', { instrument: 'market:BTC' }),
]
const names = (text: string, of = '') => filterEntries(ALL, { text, of }, () => 'Bitcoin').map(({ name }) => name)

describe('finding', () => {
  it('asks for every word, wherever it stands', () => {
    expect(names('eth')).toEqual(['ETH squeeze', 'Week ahead'])
    expect(names('7D eth')).toEqual(['Week ahead'])
    expect(names('northwall')).toEqual(['Week ahead', 'Night'])
    expect(names('مستوى bitcoin')).toEqual(['مستوى'])
    expect(names('  ')).toHaveLength(4)
    expect(names('none')).toEqual([])
  })
  it('keeps to one’s own or to a team', () => {
    expect(names('', MINE)).toEqual(['ETH squeeze', 'مستوى'])
    expect(names('', 't1')).toEqual(['Week ahead', 'Night'])
    expect(names('eth', 't1')).toEqual(['Week ahead'])
    expect(names('', 'left long ago')).toEqual([])
  })
})

const layout = (more: Partial<LayoutContent> = {}): LayoutContent => ({ query: { pal: 'viridis' }, theme: 'dark', sizes: {}, ...more })

describe('a layout', () => {
  it('has changed with the look, the theme or a size, and with nothing that it does not say', () => {
    expect(layoutChanged(layout(), layout())).toBe(false)
    expect(layoutChanged(layout(), layout({ query: {} }))).toBe(true)
    expect(layoutChanged(layout(), layout({ theme: 'light' }))).toBe(true)
    expect(layoutChanged(layout({ theme: null }), layout({ theme: 'light' }))).toBe(false)
    expect(layoutChanged(layout({ sizes: { watchlist: 240 } }), layout({ sizes: { watchlist: 300 } }))).toBe(true)
    expect(layoutChanged(layout(), layout({ sizes: { watchlist: 300 } }))).toBe(false)
  })
  it('keeps the column of the watchlist, closed or as wide as it was', () => {
    expect(watchlistSize(undefined)).toEqual({})
    expect(watchlistSettings(watchlistSize({}))).toBeNull()
    expect(watchlistSettings(watchlistSize({ watchlistOpen: false, watchlistWidth: 300 }))).toEqual({ watchlistOpen: false })
    expect(watchlistSettings(watchlistSize({ watchlistWidth: 300 }))).toEqual({ watchlistOpen: true, watchlistWidth: 300 })
    expect(watchlistSettings({ watchlist: 1_999 })).toEqual({ watchlistOpen: true, watchlistWidth: 420 })
  })
})
