import { createElement, type ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it, vi } from 'vitest'
import { BreakoutsFeed } from './breakouts-feed.tsx'
import { KpiCards } from './kpi-cards.tsx'
import { behindIn } from './prepare/behind.ts'
import { COLUMNS, type ColumnId } from './prepare/columns.ts'
import { totalsOf } from './prepare/rows.ts'
import { manyRows, sampleReading, sampleRow } from './prepare/samples.ts'
import { ScreenerTable } from './screener-table.tsx'
import type { ScreenerBreakout, ScreenerRow } from './server/schema.ts'

vi.mock('next/navigation', () => ({ useRouter: () => ({ push: () => undefined }) }))
vi.mock('../stream/news-stream.tsx', () => ({ useFeed: () => null }))

const XSS = '<img src=x onerror=alert(1)>'
const ESCAPED = '&lt;img src=x onerror=alert(1)&gt;'

const tableOf = (rows: readonly ScreenerRow[], columns: readonly ColumnId[] = COLUMNS): string =>
  renderToStaticMarkup(
    createElement(ScreenerTable, {
      rows,
      columns,
      sort: { column: 'risk', descending: true },
      onSort: () => undefined,
      behindOf: behindIn(rows),
    }),
  )
const rowsIn = (html: string): number => (html.match(/<tr /g) ?? []).length - 1
const render = (node: ReactNode) => renderToStaticMarkup(node)

describe('the table', () => {
  it('keeps two thousand rows out of the page but for those that are seen', () => {
    const html = tableOf(manyRows(2_000))
    expect(rowsIn(html)).toBeGreaterThan(10)
    expect(rowsIn(html)).toBeLessThan(60)
    expect(html).toContain('aria-rowcount="2001"')
    expect(html).toContain('height:80000px')
    expect(rowsIn(tableOf(manyRows(3)))).toBe(3)
  })
  it('names its columns and how they are sorted, and one row takes the focus', () => {
    const html = tableOf(manyRows(5))
    expect(html.match(/<th scope="col"/g)).toHaveLength(COLUMNS.length)
    expect(html.match(/aria-sort="descending"/g)).toHaveLength(1)
    expect(html.match(/tabindex="0" aria|aria-rowindex="\d+" tabindex="0"/g)).toHaveLength(1)
    expect(tableOf(manyRows(1), ['market', 'price']).match(/<th scope="col"/g)).toHaveLength(2)
  })
  it('says in words what bars and diamonds show', () => {
    const html = tableOf([sampleRow('binance-usdm:BTCUSDT', { risk: 81.4 })])
    expect(html).toContain('Estimated $3.0M of longs below, $1.0M of shorts above within 5 %')
    expect(html).toContain('Longs −2.0% at 98.00, est. $2.0M; Shorts +3.0% at 103.00, est. $1.0M')
    expect(html).toMatch(/81<\/span> High/)
    expect(html).toContain('href="/heatmap/binance-usdm:BTCUSDT"')
    expect(html).toContain('▲ 1.00%')
  })
  it('shows what has no map with the reason, and what is missing as missing', () => {
    expect(tableOf([sampleRow('okx-swap:NEW', null)])).toContain('No map yet')
    const nothing = sampleReading({
      price: null,
      change24h: null,
      risk: null,
      longUsd: null,
      shortUsd: null,
      below: null,
      above: null,
      openInterestUsd: null,
      openInterestChange24h: null,
      funding8h: null,
      liquidatedLongUsd: null,
      liquidatedShortUsd: null,
      sparkline: [],
    })
    const html = tableOf([sampleRow('okx-swap:NIL', nothing)])
    expect(html).not.toMatch(/NaN|null|undefined|Infinity/)
    expect(html.match(/–/g)?.length).toBeGreaterThan(9)
  })
  it('marks simulated markets, sums, and those whose columns have stayed behind', () => {
    const late = sampleRow('gate-usdt:BTC_USDT', { bucket: sampleReading().bucket - 3_600_000 })
    const html = tableOf([sampleRow('simulated:BTCUSDT', {}, { simulated: true }), sampleRow('market:BTC'), late])
    expect(html).toContain('Simulated')
    expect(html).toContain('aria-label="Sum"')
    expect(html.match(/is 1\u202fh older/g)).toHaveLength(2)
  })
  it('keeps hostile symbols text', () => {
    const html = tableOf([sampleRow('okx-swap:X', {}, { symbol: XSS, key: `okx-swap:${XSS}` })])
    expect(html).not.toContain('<img')
    expect(html).toContain(ESCAPED)
  })
})

describe('breakouts', () => {
  const one: ScreenerBreakout = {
    key: 'simulated:A',
    venue: 'simulated',
    symbol: XSS,
    simulated: true,
    side: 'long',
    time: 0,
    age: 120_000,
    low: 97,
    high: 98,
    usd: 5e6,
    n: 1.234,
  }

  it('say what was entered, how long ago, and by how much the branching ratio stood', () => {
    const html = render(createElement(BreakoutsFeed, { breakouts: [one, { ...one, side: 'short', time: 1, n: 1e308 }], live: true }))
    expect(html).not.toContain('<img')
    expect(html).toContain('entered a long zone')
    expect(html).toContain('97.00 – 98.00, est. $5.0M of longs')
    expect(html).toContain('branching ratio 1.23')
    expect(html).toContain('next to nothing')
    expect(html).toContain('2\u202fm ago')
    expect(html).toContain('Simulated data')
  })
  it('say so where there are none', () => {
    expect(render(createElement(BreakoutsFeed, { breakouts: [], live: false }))).toContain('No breakout yet')
  })
})

it('shows totals of nothing as nothing', () => {
  const html = render(createElement(KpiCards, { totals: totalsOf([]), feeds: { live: 0, total: 0 } }))
  expect(html).not.toMatch(/NaN|Infinity|\$0/)
  const some = render(createElement(KpiCards, { totals: totalsOf(manyRows(101)), feeds: { live: 3, total: 4 } }))
  expect(some).toContain('Elevated')
  expect(some).toContain('of 101')
  expect(some).toContain('67% L')
  expect(some).toContain('1 not live')
})
