import type { Drawing } from '@faultline/ui/chart/drawings'
import { describe, expect, it } from 'vitest'
import { addressQuery, besideLayout, layoutQueryOf, overLayout, type Query, queryOf, sameLayout, sameView } from './view-query.ts'
import {
  type Draft,
  draftOf,
  leftElsewhere,
  MOST_DRAFTS,
  mergeWorking,
  readWorking,
  sameDrawings,
  type WorkingState,
  withDraft,
} from './working.ts'

const drawing: Drawing = { id: 'a', kind: 'horizontal', points: [{ time: 1, price: 2 }], colour: 'accent', text: '' }
const draft = (instrument: string, at: number, more: Partial<Draft> = {}): Draft => ({
  instrument,
  viewId: null,
  version: null,
  content: { drawings: [drawing], notes: `at ${at}` },
  at,
  ...more,
})
const working = (at: number, more: Partial<WorkingState> = {}): WorkingState => ({
  at,
  instrument: 'a:ETH',
  query: { r: '3d' },
  theme: 'dark',
  layoutId: null,
  viewId: null,
  drafts: [],
  ...more,
})

describe('an address', () => {
  it('gives what views keep, once and of a bearable length', () => {
    const address = { r: '3d', pal: 'viridis', at: ['1', '2'], lev: 'x'.repeat(401), side: '', other: '1', view: 'v' }
    expect(queryOf(address)).toEqual({ r: '3d', pal: 'viridis' })
    expect(queryOf(new URLSearchParams('p=funding,risk:90&view=v'))).toEqual({ p: 'funding,risk:90' })
    expect(layoutQueryOf({ r: '3d', pal: 'viridis', lo: '5' })).toEqual({ pal: 'viridis' })
  })

  it('is written so that it reads back', () => {
    const query: Query = { p: 'funding,risk:90', r: '7d', pal: 'cividis' }
    expect(addressQuery(query, { view: 'v', layout: null })).toBe('view=v&pal=cividis&p=funding,risk:90&r=7d')
    expect(queryOf(new URLSearchParams(addressQuery(query)))).toEqual(query)
    const hostile: Query = { lev: '0&view=other#' }
    expect(queryOf(new URLSearchParams(addressQuery(hostile)))).toEqual(hostile)
  })
})

describe('a view on a layout', () => {
  const layout: Query = { pal: 'viridis', log: '1', r: '1y' }
  it('keeps what is its own, and the defaults that the layout says otherwise', () => {
    const shown: Query = { pal: 'viridis', r: '3d', side: 'long' }
    const kept = besideLayout(layout, shown)
    expect(kept).toEqual({ r: '3d', side: 'long', log: '0' })
    expect(sameView(shown, overLayout(layout, kept))).toBe(true)
  })
  it('follows its layout in the rest, but not in what is seen', () => {
    expect(overLayout({ pal: 'contrast', r: '1y' }, besideLayout(layout, { pal: 'viridis', log: '1', r: '3d' }))).toEqual({
      pal: 'contrast',
      r: '3d',
    })
  })
  it('keeps everything without one', () => {
    expect(besideLayout(null, { pal: 'viridis', r: '3d' })).toEqual({ pal: 'viridis', r: '3d' })
    expect(overLayout(null, { pal: 'viridis' })).toEqual({ pal: 'viridis' })
  })
})

describe('changed since it was saved', () => {
  it('is a layout that looks otherwise, not one that spells a default', () => {
    expect(sameLayout({ pal: 'twin', lo: '5' }, {})).toBe(true)
    expect(sameLayout({ heat: '0' }, {})).toBe(false)
    expect(sameLayout({ p: 'none' }, { p: 'funding' })).toBe(false)
  })

  const saved: Query = { r: '3d', from: '1700000000000', to: '1700010000000', pl: '100', ph: '200', lo: '5000000' }
  it.each<[string, Query]>([
    ['another range', { r: '7d' }],
    ['another stretch', { from: '1700001000000' }],
    ['other prices', { ph: '210' }],
    ['another threshold', { lo: '6000000' }],
    ['a replay', { at: '1700000000000' }],
    ['another palette', { pal: 'viridis' }],
  ])('is a view with %s', (_, change) => {
    expect(sameView(saved, { ...saved, ...change })).toBe(false)
  })
  it('is no view whose chart is of another size, or chose its prices by itself', () => {
    expect(sameView(saved, { ...saved, from: '1700000000400', ph: '200.0001' })).toBe(true)
    const { pl: _, ph: __, ...time } = saved
    expect(sameView(time, saved)).toBe(true)
  })
  it('is a view that was zoomed, and one whose zoom was left', () => {
    expect(sameView({ r: '3d' }, { r: '3d', from: saved.from as string, to: saved.to as string })).toBe(false)
    expect(sameView(saved, { r: '3d', lo: '5000000' })).toBe(false)
  })
})

describe('the working state of two machines', () => {
  it('comes together: the newer screen, and of each draft the newer one', () => {
    const here = working(10, { instrument: 'a:BTC', drafts: [draft('a:ETH', 5), draft('a:BTC', 9)] })
    const there = working(12, { drafts: [draft('a:ETH', 7), draft('a:SOL', 3)] })
    const merged = mergeWorking(here, there)
    expect(merged).toMatchObject({ at: 12, instrument: 'a:ETH' })
    expect(merged?.drafts.map(({ instrument, at }) => `${instrument} ${at}`)).toEqual(['a:BTC 9', 'a:ETH 7', 'a:SOL 3'])
    expect(mergeWorking(there, here)).toEqual(merged)
    expect(mergeWorking(null, here)).toBe(here)
    expect(mergeWorking(here, null)).toBe(here)
  })

  it('does not bring back what was saved or thrown away since', () => {
    const gone = working(20, { drafts: [draft('a:ETH', 15, { content: null })] })
    const merged = mergeWorking(gone, working(12, { drafts: [draft('a:ETH', 14)] }))
    expect(draftOf(merged, 'a:ETH', null)?.content).toBeNull()
  })

  it('keeps drafts of views apart, and forgets those that were not looked at for longest', () => {
    let drafts: readonly Draft[] = []
    for (let at = 0; at < MOST_DRAFTS + 3; at++) drafts = withDraft(drafts, draft(`a:${at}`, at))
    expect(drafts).toHaveLength(MOST_DRAFTS)
    expect(drafts.at(-1)?.at).toBe(3)
    const both = withDraft([draft('a:ETH', 1)], draft('a:ETH', 2, { viewId: 'v', content: { drawings: [], notes: 'of the view' } }))
    expect(both).toHaveLength(2)
    expect(draftOf(working(1, { drafts: both }), 'a:ETH', 'v')?.content?.notes).toBe('of the view')
    // written within one millisecond: the later one
    expect(withDraft([draft('a:ETH', 1)], draft('a:ETH', 1, { content: null }))[0]?.content).toBeNull()
  })
})

describe('where somebody was', () => {
  it('is offered when it is another market, or drawings wait elsewhere', () => {
    expect(leftElsewhere(null, 'a:ETH')).toBeNull()
    expect(leftElsewhere(working(1), 'a:ETH')).toBeNull()
    expect(leftElsewhere(working(1), 'a:BTC')).toMatchObject({ instrument: 'a:ETH', query: { r: '3d' }, unsaved: false })
    expect(leftElsewhere(working(1, { drafts: [draft('a:SOL', 1)] }), 'a:ETH')).toMatchObject({ instrument: 'a:SOL', unsaved: true })
    expect(leftElsewhere(working(1, { drafts: [draft('a:ETH', 1)] }), 'a:BTC')).toMatchObject({ instrument: 'a:ETH', unsaved: true })
    expect(leftElsewhere(working(1, { drafts: [draft('a:SOL', 1, { content: null })] }), 'a:ETH')).toBeNull()
    // what was drawn here without a view is on screen already; that of a view is not
    expect(leftElsewhere(working(1, { drafts: [draft('a:ETH', 1)] }), 'a:ETH')).toBeNull()
    expect(leftElsewhere(working(1, { drafts: [draft('a:ETH', 1, { viewId: 'v' })] }), 'a:ETH')).toMatchObject({ viewId: 'v' })
  })
})

it('reads what storage holds, or nothing', () => {
  const kept = working(3, { viewId: 'v', drafts: [draft('a:ETH', 1), draft('a:BTC', 2, { content: null })] })
  expect(readWorking(JSON.parse(JSON.stringify(kept)))).toEqual(kept)
  for (const none of [null, 'x', 7, [], {}, { at: 'x', instrument: 'a', query: {} }, { at: 1, instrument: 'a', query: null }])
    expect(readWorking(none)).toBeNull()
  expect(readWorking({ ...kept, drafts: [{ instrument: 'a:ETH', at: 1, content: { notes: 'no list' } }, 5, null] })?.drafts).toEqual([])
})

it('knows drawings that were moved, reworded or reordered', () => {
  const other = { ...drawing, id: 'b' }
  expect(sameDrawings([drawing, other], [{ ...drawing }, { ...other, points: [{ price: 2, time: 1 }] }])).toBe(true)
  for (const changed of [
    { ...drawing, text: 'x' },
    { ...drawing, colour: 'long' as const },
    { ...drawing, points: [{ time: 1, price: 3 }] },
  ])
    expect(sameDrawings([drawing], [changed])).toBe(false)
  expect(sameDrawings([drawing, other], [other, drawing])).toBe(false)
  expect(sameDrawings([drawing], [])).toBe(false)
})
