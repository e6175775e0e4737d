import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { KpiCards } from './kpi-cards.tsx'
import { rowOf } from './prepare/rows.ts'
import { ASKED, channel, instrument, report, source } from './prepare/samples.ts'
import { QuarantineList } from './quarantine-list.tsx'
import type { SourceItem } from './server/schema.ts'
import { SourceCards } from './source-cards.tsx'
import { SourceTable } from './source-table.tsx'

const XSS = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
const ESCAPED = '&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&lt;script&gt;alert(2)&lt;/script&gt;'
const nothing = () => {}

const listOf = (component: typeof SourceTable, sources: SourceItem[], errors = new Map<number, string>()): string =>
  renderToStaticMarkup(
    createElement(component, {
      rows: sources.map((s) => rowOf(s, ASKED)),
      asked: ASKED,
      open: { has: () => true, toggle: nothing, hasInstrument: () => true, toggleInstrument: nothing },
      actions: { press: nothing, edit: nothing, showQuarantine: nothing, observe: nothing, manage: nothing },
      errors,
    }),
  )

describe('what others wrote stays text', () => {
  it('in quarantine', () => {
    const html = renderToStaticMarkup(
      createElement(QuarantineList, {
        items: [
          { id: '1', receivedAt: ASKED, reason: XSS, payload: XSS },
          { id: '2', receivedAt: ASKED, reason: 'empty', payload: '' },
        ],
      }),
    )
    expect(html).not.toMatch(/<img|<script/)
    expect(html.split(ESCAPED)).toHaveLength(3)
    expect(html).toContain('(an empty message)')
  })
  it.each([
    ['table', SourceTable],
    ['cards', SourceCards],
  ])('in the %s', (_, component) => {
    const html = listOf(component, [
      source({
        name: XSS,
        restUrl: XSS,
        symbols: ['AUSDT', XSS],
        report: report({
          state: 'connecting',
          message: XSS,
          details: { sockets: [{ name: XSS, state: 'waiting', since: 0, attempts: 2 }] },
        }),
        instruments: [
          instrument('AUSDT', {
            state: 'late',
            message: XSS,
            lastGap: { channel: 'candle', from: ASKED - 60_000, to: ASKED, status: 'open', reason: XSS },
          }),
        ],
      }),
    ])
    expect(html).not.toMatch(/<img|<script/)
    expect(html.split(ESCAPED).length).toBeGreaterThan(6)
  })
})

describe.each([
  ['table', SourceTable],
  ['cards', SourceCards],
])('the %s', (_, component) => {
  it('names its controls, and says what is on', () => {
    const html = listOf(component, [source(), source({ id: 2, name: 'Off', enabled: false, report: report({ state: 'paused' }) })])
    expect(html).toMatch(/role="switch" aria-checked="true"[^>]*>.*?<label[^>]*>Enabled: Simulated market</s)
    expect(html).toMatch(/role="switch" aria-checked="false"[^>]*>.*?<label[^>]*>Enabled: Off</s)
    expect(html).toContain('aria-label="Edit Off"')
    expect(html).toMatch(/aria-expanded="true" aria-label="Details of AUSDT"/)
    expect(html).toContain('venue’s own')
    expect(html).toContain('Paused')
  })
  it('rings for what waits on disk or is lost, and for a refused switch', () => {
    expect(listOf(component, [source()])).not.toContain('role="alert"')
    const spooling = source({ report: report({ details: { spool: { bytes: 12e6, capBytes: 256e6, droppedEvents: 1_204 } } }) })
    const html = listOf(component, [spooling], new Map([[1, 'was changed by somebody else']]))
    expect(html.match(/role="alert"/g)).toHaveLength(3)
    expect(html).toContain('12\u202fMB of events wait')
    expect(html).toContain('1,204 events are lost')
    expect(html).toContain('was changed by somebody else')
  })
  it('says coverage in words, and each channel’s state', () => {
    const cells = [...Array(46).fill(1), 0.4, null]
    const market = instrument('AUSDT', {
      coverage: { from: 0, expectedMs: 1_000, coveredMs: 987, cells },
      channels: [channel('candle'), channel('openInterest', { state: 'late', receivedAt: ASKED - 61_000 })],
    })
    const html = listOf(component, [source({ instruments: [market] })])
    expect(html).toContain('98.7% of the last 24 hours covered; something is missing in 1 of 47 half-hours')
    expect(html).toContain('Open interest')
    expect(html).toMatch(/late<\/span>.*1\u202fm/s)
  })
})

it('shows figures of nothing as nothing', () => {
  const html = renderToStaticMarkup(
    createElement(KpiCards, { list: { asked: ASKED, sources: [source({ report: null, instruments: [] })] } }),
  )
  expect(html).toContain('no market yet')
  expect(html).not.toMatch(/NaN|Infinity|undefined|100/)
})

it('says what a venue does not publish, and only that', () => {
  const html = (key: string) => listOf(SourceTable, [source({ instruments: [instrument('BTC', { key })] })])
  expect(html('hyperliquid:BTC').match(/does not publish it/g)).toHaveLength(2)
  expect(html('bybit-linear:BTCUSDT')).not.toContain('does not publish')
  expect(html('elsewhere:BTCUSDT')).not.toContain('does not publish')
})
