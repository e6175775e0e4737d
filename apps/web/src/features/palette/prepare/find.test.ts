import { describe, expect, it } from 'vitest'
import { find, type PaletteItem, readRecent, withRecent } from './find.ts'

const item = (id: string, rest: Partial<PaletteItem> = {}): PaletteItem => ({ id, kind: 'instrument', title: id, run: () => {}, ...rest })
const items = [
  item('ETHUSDT', { detail: 'Binance', current: true }),
  item('SOLUSDT', { detail: 'Bybit' }),
  item('BTCUSDT', { detail: 'Binance' }),
  item('page:map', { kind: 'page', title: 'Map' }),
  item('action:theme', { kind: 'action', title: 'Switch theme', keywords: 'dark light' }),
]
const listed = (query: string, recent: string[] = []) =>
  find(items, query, recent).map(({ kind, items }) => [kind, ...items.map(({ id }) => id)])

describe('before anything is typed', () => {
  it('lists recent ones first, each once, without what is shown and what is gone', () => {
    expect(listed('', ['BTCUSDT', 'ETHUSDT', 'GONE', 'page:map'])).toEqual([
      ['recent', 'BTCUSDT', 'page:map'],
      ['instrument', 'ETHUSDT', 'SOLUSDT'],
      ['action', 'action:theme'],
    ])
  })
  it('says how many it leaves out', () => {
    const many = Array.from({ length: 40 }, (_, i) => item(`C${i}`))
    const [group] = find(many, '', [])
    expect(group?.items.length).toBeLessThan(40)
    expect((group?.items.length ?? 0) + (group?.more ?? 0)).toBe(40)
  })
})

describe('what answers to a query', () => {
  it('puts the group of the best answer first', () => {
    expect(listed('ma')[0]).toEqual(['page', 'page:map'])
    expect(listed('dark')).toEqual([['action', 'action:theme']])
    expect(listed('binance')).toEqual([['instrument', 'ETHUSDT', 'BTCUSDT']])
  })
  it('prefers a recent one among equals only', () => {
    expect(listed('binance', ['BTCUSDT'])).toEqual([['instrument', 'BTCUSDT', 'ETHUSDT']])
    const pair = [item('BTCUSDT'), item('ABTCUSDT')]
    expect(find(pair, 'btc', ['ABTCUSDT'])[0]?.items.map(({ id }) => id)).toEqual(['BTCUSDT', 'ABTCUSDT'])
  })
  it('is nothing where nothing answers', () => expect(listed('zzz')).toEqual([]))
})

describe('recent ones', () => {
  it('are kept once, the newest first, and not for ever', () => {
    expect(withRecent(['a', 'b'], 'b')).toEqual(['b', 'a'])
    let kept: string[] = []
    for (let i = 0; i < 100; i++) kept = withRecent(kept, `${i}`)
    expect(kept[0]).toBe('99')
    expect(kept.length).toBeLessThan(20)
  })
  it.each([[null], ['{'], ['{"a":1}'], ['7']])('are none where %s was kept', (text) => expect(readRecent(text)).toEqual([]))
  it('are ids only', () => expect(readRecent('["a",1,null]')).toEqual(['a']))
})
