import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { TourNote } from '../tour/tour.tsx'
import { OfflineBadgeView } from './offline-badge.tsx'
import { ShortcutList } from './shortcuts-dialog.tsx'
import { ToastList } from './toasts.tsx'

const nothing = () => {}

describe('the offline badge', () => {
  it('says since when, and offers to try again', () => {
    const html = renderToStaticMarkup(createElement(OfflineBadgeView, { since: Date.UTC(2026, 2, 5, 10, 58), onRetry: nothing }))
    expect(html).toContain('Offline since 10:58')
    expect(html).toContain('aria-label="Retry now"')
  })
  it('is a live region that is there, empty, while the page hears the server', () => {
    const html = renderToStaticMarkup(createElement(OfflineBadgeView, { since: null, onRetry: nothing }))
    expect(html).toMatch(/^<div role="status"[^>]*><\/div>$/)
  })
})

it('toasts are said in a live region that is there before them', () => {
  expect(renderToStaticMarkup(createElement(ToastList, { toasts: [] }))).toContain('role="status"')
  const html = renderToStaticMarkup(createElement(ToastList, { toasts: [{ id: 1, text: '<b>Link copied</b>', tone: 'ok' }] }))
  expect(html).toContain('&lt;b&gt;Link copied')
})

describe('the list of shortcuts', () => {
  const hotkeys = [
    { keys: 'Mod+k', label: 'Search', group: 'Everywhere' },
    { keys: 'g h', label: 'Heatmap', group: 'Go to' },
    { keys: '[', label: 'Shorter range', group: null },
  ]
  const list = (single: boolean) => renderToStaticMarkup(createElement(ShortcutList, { hotkeys, single }))
  it('has the page’s own first, and each key as a key', () => {
    const html = list(true)
    expect([...html.matchAll(/<section aria-label="([^"]+)"/g)].map(([, name]) => name)).toEqual(['This page', 'Everywhere', 'Go to'])
    expect([...html.matchAll(/<kbd[^>]*>([^<]+)</g)].map(([, key]) => key)).toEqual(['[', 'Ctrl', 'K', 'G', 'H'])
  })
  it('strikes single keys out where they are off, and no others', () => {
    expect(list(true)).not.toContain('line-through')
    expect([...list(false).matchAll(/line-through[^>]*>([^<]+)</g)].map(([, label]) => label)).toEqual(['Shorter range', 'Heatmap'])
  })
})

describe('a note of the tour', () => {
  const place = { left: 20, top: 30, side: 'below', arrow: 40 } as const
  it('is no dialog, and says where in the tour it is', () => {
    const html = renderToStaticMarkup(createElement(TourNote, { step: 'threshold', at: 1, of: 3, place }))
    expect(html).not.toMatch(/role="dialog"|aria-modal|autofocus/)
    expect(html).toContain('2 of 3')
    expect(html).toContain('aria-label="End the tour"')
    expect(html).toContain('Next')
  })
  it('ends with the last step, and cannot be seen before its place is known', () => {
    const html = renderToStaticMarkup(createElement(TourNote, { step: 'panes', at: 2, of: 3, place: null }))
    expect(html).toContain('Done')
    expect(html).not.toContain('>Next')
    expect(html).toContain('visibility:hidden')
  })
})
