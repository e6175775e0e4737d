import { LEVERAGE_CLASSES } from '@faultline/ui/leverage-classes'
import { leverageColours } from '@faultline/ui/map/colours'
import { PriceWindow } from '@faultline/ui/map/price-window'
import { makeBars } from '@faultline/ui/map/profile'
import { LiquidationMap } from '@faultline/ui/react/liquidation-map'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { messages } from '../../messages.ts'
import { MapLegend } from './map-legend.tsx'
import { ContributionPanel, MapRail } from './map-rail.tsx'
import { MapTable } from './map-table.tsx'
import { MapToolbar } from './map-toolbar.tsx'
import { barWords } from './prepare/bar-words.ts'
import { mapProfile } from './prepare/map-profile.ts'
import { cluster, PRICE, priceOf, readings } from './prepare/samples.ts'

const text = messages.map
const XSS = '<img src=x onerror=alert(1)>'
const nothing = () => {}
const ALL = LEVERAGE_CLASSES.map(() => true)
const made = mapProfile(readings(), { stack: 'leverage', classes: ALL, venues: null })
const bars = makeBars(made, priceOf(95), priceOf(105), 1)
const range = { low: priceOf(90), high: priceOf(130) }

const rail = (some: Parameters<typeof readings>[0] = {}) =>
  renderToStaticMarkup(
    createElement(MapRail, { readings: readings(some), profile: made, range, now: 1_772_521_290_000, contribution: null }),
  )

describe('the right column', () => {
  it('says that it is an estimate, of which model and how old, and that the market is simulated', () => {
    const html = rail({ modelVersion: XSS })
    expect(html).toContain(messages.estimated.title)
    expect(html).toContain(messages.simulated.why)
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt; · column 30\u202fs old')
    expect(html).not.toContain('<img')
    expect(rail({ simulated: false })).not.toContain(messages.simulated.why)
  })
  it('has totals by side and by class', () => {
    const html = rail()
    expect(html).toMatch(/\$60<\/dd>/)
    expect(html).toMatch(/\$90<\/dd>/)
    expect(html).toMatch(/&gt;50×<\/th><td[^>]*>\$20<\/td><td[^>]*>\$0<\/td>/)
  })
  it('lists clusters with their side in words, or says that there is none', () => {
    expect(rail()).toContain(text.clusters.none)
    const html = rail({ clusters: [cluster(110, 500)] })
    expect(html).toContain('fl-mark-short')
    expect(html).toContain(text.sides.short)
    expect(html).toContain('$500')
  })
  it('shows what is not known of a venue as that', () => {
    const html = renderToStaticMarkup(
      createElement(ContributionPanel, {
        rows: [
          { venue: 'a', name: 'A', usd: 300, share: 0.75 },
          { venue: 'b', name: XSS, usd: null, share: null },
        ],
        state: 'ready',
        control: (_, name) => name,
      }),
    )
    expect(html).toContain('75%')
    expect(html).toContain(text.contribution.out)
    expect(html).not.toContain('<img')
  })
})

describe('the table', () => {
  it('has a row for each bar that holds something, the highest price first, with interval and running total', () => {
    const html = renderToStaticMarkup(createElement(MapTable, { profile: made, bars, onClose: nothing }))
    const rows = [...html.matchAll(/<tr class[^>]*>(.*?)<\/tr>/g)].map(([, row = '']) => row.replace(/<[^>]+>/g, '|'))
    expect(rows).toHaveLength(5)
    expect(rows[0]).toContain('$50||not known||$90')
    expect(rows[4]).toContain('$10||$5 – $20||$60')
    expect(html).toContain(messages.estimated.title)
  })
})

describe('controls', () => {
  const toolbar = (some: Partial<Parameters<typeof MapToolbar>[0]> = {}) =>
    renderToStaticMarkup(
      createElement(MapToolbar, {
        stack: 'leverage',
        onStack: nothing,
        venues: false,
        span: 10,
        onSpan: nothing,
        cumulative: true,
        onCumulative: nothing,
        log: false,
        onLog: nothing,
        table: false,
        onTable: nothing,
        exports: { onPng: null, onCsv: null, embedCode: null },
        ...some,
      }),
    )
  it('say what is chosen; a zoomed range is none of the named ones', () => {
    expect(toolbar()).toMatch(/aria-pressed="true"[^>]*>±10\u202f%/)
    expect(toolbar({ span: null })).not.toMatch(/aria-pressed="true"[^>]*>±/)
  })
  it('offer venues for a sum only', () => {
    expect(toolbar()).toMatch(/disabled=""[^>]*>Venue/)
    expect(toolbar({ venues: true })).not.toContain('disabled')
  })
  it('leave one class of leverage at least', () => {
    const legend = (shown: boolean[]) =>
      renderToStaticMarkup(
        createElement(MapLegend, { names: LEVERAGE_CLASSES, colours: leverageColours('dark'), shown, onToggle: nothing }),
      )
    expect(legend([true, false, false, false, false])).toContain(text.lastClass)
    expect(legend(ALL)).not.toContain('aria-disabled')
  })
})

it('is a slider over bars to a screen reader, and says its state', () => {
  const html = renderToStaticMarkup(
    createElement(LiquidationMap, {
      instrument: `simulated:${XSS}`,
      picture: { profile: made, colours: leverageColours('dark'), showCumulative: true },
      state: 'ready',
      theme: 'dark',
      window: new PriceWindow(PRICE, 0.1),
      words: { ...text.canvas, runningHere: text.tooltipCumulative },
      label: text.slider(XSS),
      wordsOf: barWords,
      onReset: nothing,
    }),
  )
  expect(html).toContain('data-testid="liquidation-map" data-state="ready"')
  expect(html).toContain('data-bars="0"') // until it is drawn
  expect(html).toContain(`aria-valuetext="${text.noBar}"`)
  expect(html).toContain('role="slider" tabindex="0"')
  expect(html).not.toContain('<img')
})

it('says a bar in a sentence', () => {
  const reading = { bar: 1, low: 90, high: 91, distance: -0.1, main: 'long' as const, parts: [] }
  expect(barWords({ ...reading, sides: [{ side: 'long', usd: 2e6, interval: { low: 1e6, high: 3e6 }, running: 5e6 }] })).toBe(
    '90.00 – 91.00, −10.0%. Longs $2.0M, 80\u202f% interval $1.0M – $3.0M, cumulative to here $5.0M',
  )
})
