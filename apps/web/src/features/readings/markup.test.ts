import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { ClustersSection } from './clusters-section.tsx'
import { sampleHistory, sampleReadings } from './prepare/samples-of-readings.ts'
import { ReadingsRail, type ReadingsRailProps } from './readings-rail.tsx'

const IDLE = { loading: false, error: null, empty: false, retry: () => {} }
const rail = (over: Partial<ReadingsRailProps> = {}) =>
  renderToStaticMarkup(
    createElement(ReadingsRail, { readings: sampleReadings(), history: sampleHistory(), state: IDLE, historyState: IDLE, ...over }),
  )
const words = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
const headings = (html: string) => [...html.matchAll(/<h2[^>]*>([^<]+)<\/h2>/g)].map(([, text]) => text)

const TITLES = [
  'Risk index',
  'Asymmetry',
  'If price moves',
  'Nearest clusters',
  'Max pain',
  'Breakouts',
  'Largest moves',
  'Liquidity by hour',
]

describe('the rail', () => {
  it('says each reading in words and figures', () => {
    const html = rail()
    expect(headings(html)).toEqual(TITLES)
    const text = words(html)
    expect(text).toContain('64 /100 +9 vs 24 h ago')
    expect(text).toContain('Elevated')
    expect(text).toContain('−0.38')
    expect(text).toContain('−5% $200M 100–350M')
    expect(text).toContain('2,198.4 +2.0% $150M 94.0–222M')
    expect(text).toContain('2,278.2 +5.7% · $300M')
    expect(text).toContain('−3.10%')
    expect(text).toContain('forced 20% (10%–40%) · $45.0M')
    expect(text).toContain('no liquidations known')
    expect(text).toContain('2,140.0 – 2,150.0')
    expect(html).toContain('Binance: from $1.0M at 00:00 to $23.0M at 22:00 UTC')
    expect(html).toContain('title="≤5× 1% · 5–10× 18% · 10–25× 65% · 25–50× 11% · &gt;50× 5%"')
  })

  it('keeps every section in its place while it loads', () => {
    const loading = { ...IDLE, loading: true }
    const html = rail({ readings: null, history: null, state: loading, historyState: loading })
    expect(headings(html)).toEqual(TITLES)
    expect(html).toContain('aria-busy="true"')
    expect(words(html)).toContain('Loading the readings')
  })

  it('says what failed and what to do, and keeps what it has', () => {
    const failed = { ...IDLE, error: 'The database cannot be reached.' }
    const none = rail({ readings: null, state: failed })
    expect(none).toContain('role="alert"')
    expect(words(none)).toContain('The readings could not be loaded. The database cannot be reached.')
    expect(headings(none)).toEqual(TITLES.slice(5))
    expect(words(rail({ state: failed }))).toContain('What stands here is older.')
    expect(headings(rail({ state: failed }))).toEqual(TITLES)
    expect(headings(rail({ history: null, historyState: failed }))).toEqual(TITLES.slice(0, 5))
  })

  it('is said to be of the past, and without intervals where none are known', () => {
    const bare = sampleReadings({ whatIf: sampleReadings().whatIf.map((row) => ({ ...row, band: null })) })
    const text = words(rail({ readings: bare, at: bare.bucket }))
    expect(text).toContain('As of 5 Mar 2026, 08:45 UTC')
    expect(text).toContain('Without intervals')
    expect(words(rail())).not.toContain('Without intervals')
  })

  it('says nothing at a past moment of what came after it', () => {
    const at = sampleHistory().to - 2 * 3_600_000 - 1
    const text = words(rail({ at }))
    expect(text).toContain('None in the range shown.')
    expect(text).not.toContain('forced 20%')
    expect(text).not.toContain('Liquidity by hour')
  })

  it('has words for what is not there', () => {
    const html = rail({
      readings: sampleReadings({ risk: null, clusters: [], maxPain: null, asymmetry: [] }),
      history: sampleHistory({ breakouts: [], moves: [], liquidity: [] }),
    })
    for (const sentence of [
      'Not known: it needs open interest',
      'No stretch of price stands out',
      'Nothing stands there.',
      'Nothing stands that near.',
      'None in the range shown.',
      'Price has not moved',
      'No order books are stored',
    ])
      expect(words(html)).toContain(sentence)
    expect(words(rail({ readings: null, state: { ...IDLE, empty: true } }))).toContain('Nothing to read yet')
  })

  it('keeps text of others text', () => {
    const html = rail({ history: sampleHistory({ liquidity: [{ venue: '<img src=x onerror=alert(1)>', byHour: Array(24).fill(5) }] }) })
    expect(html).not.toContain('<img')
    expect(html).toContain('&lt;img src=x')
  })
})

describe('a cluster', () => {
  const opened = (peak: number, onPrice?: (price: number) => void) =>
    renderToStaticMarkup(
      createElement(ClustersSection, { readings: sampleReadings(), history: sampleHistory(), initiallyOpen: peak, onPrice }),
    )

  it('opens to its range, its leverage and what price did at earlier ones like it', () => {
    const html = opened(2_198.4)
    expect(html).toContain('aria-expanded="true"')
    const text = words(html)
    expect(text).toContain('2,196.0 – 2,200.0')
    expect(text).toContain('10–25× 65%')
    expect(text).toContain('turned 1 · ran through 1 · not reached 0')
    expect(html).toContain('--fl-leverage-short-5')
    expect(text).not.toContain('Show on the chart')
    expect(words(opened(2_198.4, () => {}))).toContain('Show on the chart')
  })

  it('says so where leverage is not known and none was like it', () => {
    const text = words(opened(2_078.7))
    expect(text).toContain('Leverage is not known')
    expect(text).toContain('none in the range shown')
  })
})
