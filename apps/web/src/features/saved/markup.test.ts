import { createElement, type ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it, vi } from 'vitest'
import type { InstrumentListItem } from '../instruments/server/list.ts'
import { LayoutChoices } from './layout-menu.tsx'
import { SavedCard } from './saved-cards.tsx'
import { Nothing } from './saved-page.tsx'
import type { LayoutItem, Layouts } from './use-layouts.ts'
import type { OpenView } from './use-open-view.ts'
import type { Entry } from './use-saved-entries.ts'
import type { ItemOf, OpenItem } from './use-saved-item.ts'
import { ViewBar } from './view-bar.tsx'

vi.mock('next/navigation', () => ({ useRouter: () => ({ push: () => undefined }) }))
vi.mock('../stream/news-stream.tsx', () => ({ useServerNow: (now: number) => now, useNews: () => undefined }))
vi.mock('./use-saved-actions.ts', () => ({ useSavedActions: () => ({}) }))
vi.mock('../share/share-button.tsx', () => ({ ShareButton: ({ itemId }: { itemId: string }) => `share ${itemId}` }))
vi.mock('../teams/comments-button.tsx', () => ({ CommentsButton: ({ itemId }: { itemId: string }) => `comments ${itemId}` }))

const XSS = '<img src=x onerror=alert(1)>'
const render = (node: ReactNode) => renderToStaticMarkup(node)
const nothing = () => undefined
const NOW = Date.UTC(2026, 2, 5, 12)
const TEAM = { id: 't1', name: XSS }

const entryOf = (more: Partial<Entry> = {}): Entry => ({
  id: 'v1',
  kind: 'view',
  name: XSS,
  version: 3,
  team: TEAM,
  editable: true,
  instrument: 'binance-usdm:ETHUSDT',
  range: '3d',
  updatedAt: NOW - 120_000,
  who: { name: XSS },
  ...more,
})
const cardOf = (entry: Entry, isDefault = false, market: InstrumentListItem | null = null) =>
  render(createElement(SavedCard, { entry, market, isDefault, now: NOW }))
const MARKET = { key: 'binance-usdm:ETHUSDT', symbol: 'ETHUSDT', venue: 'binance-usdm', summedAs: null } as InstrumentListItem

describe('a card', () => {
  it('opens its view, and shows names that people gave as text', () => {
    const html = cardOf(entryOf(), false, MARKET)
    expect(html).toContain('href="/heatmap/binance-usdm:ETHUSDT?view=v1"')
    expect(html).not.toContain('<img')
    expect(html.match(/<bdi[^>]*>&lt;img/g)).toHaveLength(3)
    expect(html).toContain('2\u202fm ago')
  })
  it('says that its market is gone, and leads nowhere then', () => {
    const html = cardOf(entryOf())
    expect(html).toContain('no longer traded here')
    expect(html).not.toContain('href=')
  })
  it('says which layout is the default, and whose change it was', () => {
    const html = cardOf(entryOf({ kind: 'layout', instrument: null, team: null, who: null }), true)
    expect(html).toContain('href="/?layout=v1"')
    expect(html).toContain('somebody who has left')
    expect(html).toContain('>Default<')
    expect(cardOf(entryOf({ kind: 'layout', instrument: null, team: null, who: 'you' }))).not.toContain('>Default<')
  })
})

it('says how the first view is made, and that a search found none', () => {
  expect(render(createElement(Nothing, { kind: 'view', filtered: false }))).toContain('href="/"')
  expect(render(createElement(Nothing, { kind: 'layout', filtered: true }))).not.toContain('href="/"')
})

const VIEW: ItemOf<'view'> = {
  id: 'v1',
  kind: 'view',
  teamId: 't1',
  name: XSS,
  version: 3,
  own: false,
  updatedAt: NOW,
  updatedBy: null,
  position: 0,
  content: { instrument: 'binance-usdm:ETHUSDT', query: {}, layoutId: null, drawings: [], notes: '' },
}
const openOf = (saved: Partial<OpenItem<'view'>>, more: Partial<OpenView> = {}): OpenView => ({
  saved: {
    state: 'ready',
    item: VIEW,
    who: XSS,
    team: TEAM,
    editable: true,
    theirs: null,
    takeTheirs: nothing,
    retry: nothing,
    save: async () => 'saved',
    saving: false,
    conflict: null,
    settle: async () => undefined,
    adopt: nothing,
    expect: nothing,
    ...saved,
  },
  notes: '',
  setNotes: nothing,
  drawings: [],
  changed: false,
  content: () => VIEW.content,
  save: async () => 'saved',
  savedAs: nothing,
  discard: nothing,
  close: nothing,
  ...more,
})
const barOf = (view: OpenView) => render(createElement(ViewBar, { view, onSaveAs: nothing, onBack: nothing, onClose: nothing }))

describe('the bar of a view', () => {
  it('is not there without one', () => expect(barOf(openOf({ state: 'none', item: null }))).toBe(''))
  it('saves only what has changed, and only for who may', () => {
    const save = />Save<\/button>/
    expect(barOf(openOf({}))).not.toMatch(save)
    expect(barOf(openOf({}, { changed: true }))).toMatch(save)
    const html = barOf(openOf({ editable: false }, { changed: true }))
    expect(html).not.toMatch(save)
    expect(html).toContain('Save as …')
    expect(html).toContain('read-only')
  })
  it('shares and comments on what it shows, with names as text', () => {
    const html = barOf(openOf({}))
    expect(html).toContain('share v1')
    expect(html).toContain('comments v1')
    expect(html).not.toContain('<img')
  })
  it('asks whose to take where others saved meanwhile', () => {
    const html = barOf(openOf({ theirs: { item: { ...VIEW, version: 4 }, who: 'Jonas' } }, { changed: true }))
    expect(html).toContain('\u2068Jonas\u2069 changed this view.')
    expect(html).toContain('Load theirs')
    expect(html).toContain('Keep mine')
  })
  it('says that it was deleted, and offers to save what is on screen', () => {
    for (const item of [VIEW, null]) {
      const html = barOf(openOf({ state: 'gone', item }))
      expect(html).toContain('This view was deleted')
      expect(html).toContain('Save as a new view …')
      expect(html).not.toContain('share v1')
    }
  })
})

describe('the list of layouts', () => {
  const item: LayoutItem = { ...VIEW, kind: 'layout', id: 'l1', content: { query: {}, theme: null, sizes: {} } }
  const listOf = (more: Partial<Layouts>) =>
    render(
      createElement(LayoutChoices, {
        layouts: {
          state: 'ready',
          list: [{ item, team: TEAM, editable: true }],
          item: null,
          changed: false,
          defaultId: null,
          apply: nothing,
          ...more,
        },
      }),
    )
  it('marks the one that is applied, and whether it has been changed', () => {
    expect(listOf({ item })).not.toContain('•')
    expect(listOf({ item, changed: true })).toContain('•')
    expect(listOf({ item, changed: true }).match(/applied/g)).toHaveLength(1)
  })
  it('says while it loads, and shows names as text', () => {
    expect(listOf({ state: 'loading', list: [] })).toContain('Loading layouts')
    expect(listOf({})).not.toContain('<img')
  })
})
