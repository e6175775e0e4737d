import type { Drawing } from '@faultline/ui/chart/drawings'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { LinkEnded } from './link-ended.tsx'
import { sharedScope } from './prepare/shared-scope.ts'
import type { SharedPage } from './server/shares.ts'
import { SharedViewPage } from './shared-view-page.tsx'

const HOSTILE = '<img src=x onerror=alert(1)>'
const NOW = Date.UTC(2026, 2, 5, 10, 40)
const level: Drawing = { id: 'a', kind: 'horizontal', points: [{ time: NOW, price: 2_000 }], colour: 'accent', text: HOSTILE }
const pageOf = (frozenAt: number | null = null, simulated = false): SharedPage => ({
  name: `${HOSTILE}\u202e‏שם`,
  content: { drawings: [level], notes: `${HOSTILE}\nsecond line`, query: {} },
  theme: null,
  instrument: { key: `simulated:${HOSTILE}`, symbol: HOSTILE, venue: 'binance-usdm', simulated },
  scope: sharedScope(`simulated:${HOSTILE}`, {}, frozenAt, '3d'),
  view: null,
  token: 'x',
  expiresAt: NOW,
})
const markup = (page: SharedPage, framed = false) => renderToStaticMarkup(createElement(SharedViewPage, { page, framed }))
const links = (html: string) => [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)

it('shows names, notes and words of drawings as text', () => {
  const html = markup(pageOf())
  expect(html).not.toContain('<img')
  // the name twice (text and title), the symbol, the notes, the drawing
  expect(html.split('&lt;img src=x onerror=alert(1)&gt;').length - 1).toBeGreaterThanOrEqual(5)
  expect(html).toMatch(/<bdi[^>]*>&lt;img/)
  expect(html).toContain('second line')
  expect(html).toContain('Horizontal line “&lt;img src=x onerror=alert(1)&gt;”, 2,000')
})

it('says what it is: shared, live or frozen, estimated, simulated, and until when', () => {
  const live = markup(pageOf())
  for (const words of ['Shared view', '>Live<', 'Estimated, not exact', 'Link ends 5 Mar 2026']) expect(live).toContain(words)
  expect(live).not.toContain('Simulated<')
  const frozen = markup(pageOf(NOW, true))
  for (const words of ['Frozen at 5 Mar 2026, 10:40', 'Simulated<']) expect(frozen).toContain(words)
  expect(frozen).not.toContain('>Live<')
})

it('leads to the sign-in and nowhere else, and from a frame nowhere at all', () => {
  expect(links(markup(pageOf()))).toEqual(['/sign-in'])
  expect(links(markup(pageOf(), true))).toEqual([])
  expect(links(renderToStaticMarkup(createElement(LinkEnded)))).toEqual(['/sign-in'])
})
