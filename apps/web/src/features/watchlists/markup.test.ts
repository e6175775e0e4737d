import { createElement, type ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it, vi } from 'vitest'
import { manyRows, sampleRow } from '../screener/prepare/samples.ts'
import type { ScreenerRow } from '../screener/server/schema.ts'
import { AddMarket } from './add-market.tsx'
import { ClashNote } from './clash-notes.tsx'
import { CompactRow } from './compact-row.tsx'
import { EmptyList } from './empty-list.tsx'
import { ImportPreview } from './import-dialog.tsx'
import { ListNotes } from './list-notes.tsx'
import type { RowActions } from './use-row-actions.ts'
import type { ShownList } from './use-watchlists.ts'
import { WatchlistSelect } from './watchlist-select.tsx'
import { WatchlistTable } from './watchlist-table.tsx'

vi.mock('next/navigation', () => ({ useRouter: () => ({ push: () => undefined }) }))

const XSS = '<img src=x onerror=alert(1)>'
const render = (node: ReactNode) => renderToStaticMarkup(node)
const nothing = () => undefined
const ACTIONS: RowActions = { add: nothing, remove: nothing, move: nothing, note: nothing, notes: nothing, rename: nothing }

const listOf = (rows: { instrument: string; note: string }[], more: Partial<ShownList> = {}): ShownList => ({
  id: '11111111-1111-4111-8111-111111111111',
  kind: 'watchlist',
  teamId: null,
  name: 'Majors',
  version: 1,
  own: true,
  updatedAt: 0,
  updatedBy: null,
  position: 0,
  content: { rows, notes: '' },
  team: null,
  editable: true,
  ...more,
})
const tableOf = (rows: readonly ScreenerRow[], note = '', actions: RowActions | null = ACTIONS) =>
  render(
    createElement(WatchlistTable, {
      list: listOf(rows.map(({ key }) => ({ instrument: key, note }))),
      markets: new Map(rows.map((row) => [row.key, row])),
      loaded: true,
      actions,
    }),
  )
const rowsIn = (html: string) => html.match(/data-key=/g)?.length ?? 0

describe('the table', () => {
  it('keeps five hundred rows out of the page but for those that are seen', () => {
    const html = tableOf(manyRows(500))
    expect(rowsIn(html)).toBeGreaterThan(10)
    expect(rowsIn(html)).toBeLessThan(60)
    expect(html).toContain('aria-rowcount="501"')
    expect(html).toContain(`height:${500 * 44}px`)
  })
  it('moves, notes and removes only where the person may', () => {
    const html = tableOf(manyRows(3), 'why')
    expect(html.match(/aria-label="Move \u2068COIN000/g)).toHaveLength(3)
    expect(html.match(/aria-label="Remove \u2068COIN000/g)).toHaveLength(3)
    expect(html.match(/aria-label="Note of \u2068COIN000/g)).toHaveLength(3)
    const readOnly = tableOf(manyRows(3), 'why', null)
    expect(readOnly).not.toMatch(/aria-label="(Move|Remove|Note of)/)
    expect(readOnly.match(/>why</g)).toHaveLength(3)
  })
  it('has one row in the order of Tab', () => expect(tableOf(manyRows(5)).match(/<tr data-key="[^"]*" [^>]*tabindex="0"/g)).toHaveLength(1))
  it('says of a market that is not known any more that it is', () => {
    const list = listOf([{ instrument: 'okx-swap:OLD', note: '' }])
    const html = render(createElement(WatchlistTable, { list, markets: new Map(), loaded: true, actions: ACTIONS }))
    expect(html).toContain('Not traded any more')
    expect(html).toContain('OLD')
  })
})

describe('what people and venues name', () => {
  const hostile = sampleRow(`x:${XSS}`, {}, { symbol: XSS, baseAsset: XSS })
  it.each([
    ['a symbol and a note in the table', () => tableOf([hostile], XSS)],
    [
      'a row beside the heatmap',
      () =>
        render(
          createElement(CompactRow, {
            instrument: hostile.key,
            note: XSS,
            row: hostile,
            short: { name: XSS, withVenue: true },
            query: '',
            grip: null,
          }),
        ),
    ],
    [
      'a market that is gone',
      () => render(createElement(CompactRow, { instrument: hostile.key, note: '', row: null, short: undefined, query: '', grip: null })),
    ],
    ['the search', () => render(createElement(AddMarket, { markets: [hostile], there: new Set<string>(), onAdd: nothing }))],
    ['what is suggested', () => render(createElement(EmptyList, { suggested: [hostile], onAdd: nothing }))],
    [
      'names of lists and teams',
      () =>
        render(
          createElement(WatchlistSelect, {
            lists: [listOf([], { name: XSS }), listOf([], { name: XSS, team: { id: 't', name: XSS }, editable: false })],
            value: null,
            withAll: true,
            onChange: nothing,
          }),
        ),
    ],
    ['notes of the list', () => render(createElement(ListNotes, { notes: XSS, onSave: null }))],
    [
      'a file',
      () =>
        render(
          createElement(ImportPreview, {
            read: {
              rows: [{ instrument: hostile.key, note: XSS }],
              problems: [{ line: 7, text: XSS, trouble: { why: 'several', keys: [XSS] } }],
              name: XSS,
              notes: XSS,
            },
          }),
        ),
    ],
    [
      'two texts of which one is chosen',
      () =>
        render(
          createElement(ClashNote, {
            clash: {
              kind: 'refused',
              refusal: 'changed',
              pending: { id: 'p', listId: 'l', operation: { kind: 'note', instrument: hostile.key, note: XSS, was: '' } },
              list: listOf([{ instrument: hostile.key, note: XSS }]),
            },
            onSettle: nothing,
          }),
        ),
    ],
  ])('is text in %s', (_, html) => {
    const made = html()
    expect(made).not.toContain('<img')
    expect(made).toContain('&lt;img src=x onerror=alert(1)&gt;')
  })
})

it('says in words what badges and diamonds show', () => {
  const row = sampleRow('binance-usdm:BTCUSDT', { risk: 81.4 })
  const html = render(createElement(CompactRow, { instrument: row.key, note: 'why', row, short: undefined, query: '?r=3d', grip: null }))
  expect(html).toContain('Risk index 81 of 100: high')
  expect(html).toContain('Nearest cluster −2.0%')
  expect(html).toContain('▲ 1.00%')
  expect(html).toContain('href="/heatmap/binance-usdm:BTCUSDT?r=3d"')
  expect(html).toContain('aria-label="why"')
})

it('says where a market is traded, where its coin alone does not say which is meant', () => {
  const row = sampleRow('binance-usdm:BTCUSDT')
  const rowOf = (withVenue: boolean) =>
    render(createElement(CompactRow, { instrument: row.key, note: '', row, short: { name: 'BTC', withVenue }, query: '', grip: null }))
  expect(rowOf(true)).toContain('Binance · $50.0M')
  expect(rowOf(false)).toContain('$50.0M · −4.0%')
})

it('keeps the height of rows whose figures are on their way, and invents none', () => {
  const html = render(createElement(CompactRow, { instrument: 'a:B', note: '', row: undefined, short: undefined, query: '', grip: null }))
  expect(html).toContain('bg-s3')
  expect(html).not.toMatch(/NaN|undefined|null|Not traded/)
})

it('offers what to begin with only to those who may', () => {
  const suggested = manyRows(3)
  expect(render(createElement(EmptyList, { suggested, onAdd: nothing }))).toContain('Add these 3')
  const viewer = render(createElement(EmptyList, { suggested, onAdd: null }))
  expect(viewer).not.toContain('<button')
  expect(viewer).toContain('Editors of the team fill it.')
})

it('names lines of a file that are left out, with their numbers', () => {
  const html = render(
    createElement(ImportPreview, {
      read: { rows: [], problems: [{ line: 12, text: 'nothing:HERE', trouble: { why: 'unknown' } }], name: null, notes: null },
    }),
  )
  expect(html).toContain('No line could be read.')
  expect(html).toContain('Line 12')
  expect(html).toContain('no such market')
})
