import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import type { ScoreSummary } from '../score/server/schema.ts'
import { ChainTable } from './chain-table.tsx'
import { ChancesPanel } from './chances-panel.tsx'
import { DepthPanel } from './depth-panel.tsx'
import { EndHistogram } from './end-histogram.tsx'
import { depthText } from './prepare/figures.ts'
import { sampleMarket, sampleScenario } from './prepare/samples.ts'
import { type CascadeResult, simulate } from './prepare/simulate.ts'
import { Reliability } from './reliability-panel.tsx'
import { ScenarioPanel } from './scenario-panel.tsx'

const XSS = '<img src=x onerror=alert(1)>'
const nothing = () => {}
const resultOf = (...[scenario, market]: [Parameters<typeof sampleScenario>[0]?, Parameters<typeof sampleMarket>[0]?]): CascadeResult => {
  const result = simulate(sampleMarket(market), sampleScenario(scenario), () => 0)
  if (!result) throw new Error('no depth')
  return result
}
/** Text of a piece of markup, tags and repeated spaces left out. */
const textOf = (html: string): string => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

describe('the chain', () => {
  it('lists the worked example and its sum', () => {
    const text = textOf(renderToStaticMarkup(createElement(ChainTable, { result: resultOf() })))
    expect(text).toContain('3 steps')
    expect(text).toContain('1 98.00 $700 $700 −1.02% 97.00')
    expect(text).toContain('Total 98.00 $1k $1k −2.04% 96.00')
    expect(text).not.toContain('more is sold')
  })
  it('says where nothing is set off, and where the book is exhausted', () => {
    expect(renderToStaticMarkup(createElement(ChainTable, { result: resultOf({ shock: 1 }) }))).toContain('nothing is set off')
    expect(renderToStaticMarkup(createElement(ChainTable, { result: resultOf({ depthFactor: 0.25 }) }))).toContain(
      'More is sold than the book holds',
    )
  })
})

describe('the chart', () => {
  const html = renderToStaticMarkup(createElement(DepthPanel, { result: resultOf(), depth: 'order book' }))
  it('has a crosshair for keys, and a table to go to', () => {
    expect(html).toMatch(/role="slider" tabindex="0" aria-label="Crosshair: price step" aria-valuemin="0" aria-valuemax="49"/)
    expect(html).toContain('View as table')
    expect(html).toContain('shock −2.0%')
    expect(html).toContain('longs per 0.3%')
  })
  it('draws nothing that is no number, not even where the book holds nothing', () => {
    for (const scenario of [{}, { shock: 0 }, { shock: 10, depthFactor: 0.01 }])
      expect(renderToStaticMarkup(createElement(DepthPanel, { result: resultOf(scenario), depth: '' }))).not.toMatch(
        /NaN|Infinity|undefined/,
      )
  })
})

describe('the runs', () => {
  it('say their count, their range and the book’s end', () => {
    const text = textOf(renderToStaticMarkup(createElement(EndHistogram, { result: resultOf(), depth: 'book' })))
    expect(text).toContain('2,000 runs')
    expect(text).toMatch(/Amplification \d\.\d\d×/)
    expect(text).toMatch(/Book exhausted \d+%/)
  })
  it('say that no book can run out where there is none, and nothing of an amplification without a shock', () => {
    const result = resultOf({ shock: 0 }, { book: null, sigmaDay: 0.03, volumeDayUsd: 1e9 })
    const html = renderToStaticMarkup(createElement(EndHistogram, { result, depth: 'law' }))
    expect(textOf(html)).toContain('Amplification –')
    expect(textOf(html)).toContain('no book')
    expect(textOf(html)).toContain('come to rest at the shock')
    expect(html).not.toMatch(/NaN|Infinity/)
  })
  it('give each chance an interval in words, and say what it is of', () => {
    const html = renderToStaticMarkup(createElement(ChancesPanel, { result: resultOf() }))
    expect(html).toMatch(/role="img" aria-label="\d+%, 80% interval \d+% to \d+%"/)
    expect(html).toContain('Ends at or below')
    expect(html).toContain('The uncertainty of the map is missing')
  })
})

it('the scenario’s sliders have names and values in words, and what a model is called stays text', () => {
  const html = renderToStaticMarkup(
    createElement(ScenarioPanel, {
      scenario: sampleScenario({ shock: 4.5, passThrough: 0.7, halfLifeMs: 90_000 }),
      price: 100,
      result: null,
      slow: false,
      facts: { model: XSS, draws: 0, depth: depthText(sampleMarket(), 'long'), law: false },
      onChange: nothing,
      onReset: nothing,
    }),
  )
  expect(html).not.toContain('<img')
  expect(html).toContain('its own uncertainty is missing')
  expect(html).toContain('order book of 12:03 UTC; beyond it nothing is known')
  expect([...html.matchAll(/aria-valuetext="([^"]+)"/g)].map(([, value]) => value)).toEqual([
    '−4.5%',
    '70%',
    '1.00×',
    '1.5\u202fm',
    '1\u202fm',
  ])
  for (const [, id] of html.matchAll(/<input id="([^"]+)"/g)) expect(html).toContain(`<label for="${id}"`)
})

describe('the score', () => {
  const score = (more: Partial<ScoreSummary>) =>
    textOf(renderToStaticMarkup(createElement(Reliability, { score: { ...NOTHING, ...more } })))
  it('is not shown before there is enough of it', () => {
    expect(score({ moreDays: 5 })).toContain('Not scored yet It takes 5 more days with liquidations.')
    expect(score({ moreDays: 1, reliability: BINS })).toContain('It takes one more day')
    expect(score({ enough: true, moreDays: 0 })).toContain('no forecast of a cascade among them')
  })
  it('is shown as it is, also where it is worth nothing', () => {
    const good = score({ enough: true, moreDays: 0, reliability: BINS, brier: 0.1, brierSkill: 0.2 })
    expect(good).toContain('Forecasts scored 50')
    expect(good).toContain('+20%')
    expect(good).not.toContain('no better than')
    expect(score({ enough: true, moreDays: 0, reliability: BINS, brier: 0.3, brierSkill: -0.1 })).toContain('no better than')
  })
})

const BINS = [
  { from: 0, to: 0.1, forecast: 0.05, observed: 0.1, count: 40 },
  { from: 0.5, to: 0.6, forecast: 0.55, observed: 0.4, count: 10 },
]
const NOTHING: ScoreSummary = {
  model: 'test-1',
  horizonMs: 3_600_000,
  from: null,
  to: null,
  outcomes: 0,
  events: 0,
  uncovered: 0,
  replayed: 0,
  days: 0,
  enough: false,
  moreDays: 7,
  lift: { uniform: null, distanceOnly: null, stale: null, mirrored: null, ladder: null },
  skill: false,
  reliability: [],
  brier: null,
  brierSkill: null,
  thresholds: [],
}
