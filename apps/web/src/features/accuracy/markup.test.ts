import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { AccuracyPage } from './accuracy-page.tsx'
import type { Accuracy } from './prepare/accuracy.ts'
import { type Cell, groupOf } from './prepare/group.ts'
import { accuracy, gain, market, marketDay, START } from './prepare/samples.ts'

const HOSTILE = '<img src=x onerror=alert(1)>'
const lift = (perEvent: number, half: number) => {
  return { uniform: null, distanceOnly: gain(perEvent, perEvent - half, perEvent + half), stale: null, mirrored: null, ladder: null }
}
const page = (given: Accuracy | null, signedIn = false): string =>
  renderToStaticMarkup(createElement(AccuracyPage, { accuracy: given, horizon: '1h', signedIn }))
const textOf = (html: string): string => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')

it('has every figure in the server’s markup, and what is below 1 as large as what is above', () => {
  const cells: Cell[] = [0, 1].map((d) => ({ day: START + d, id: 'a', tenth: 3, count: 50, said: 17, happened: 12, error: 9 }))
  const markets = [
    market('binance-usdm:BTCUSDT', { gains: lift(Math.log(2), 0.1), daily: [marketDay(0, 8), marketDay(1, 9)] }),
    market('okx-swap:SOL', { gains: lift(Math.log(1.1), 0.4) }),
    market(`gate-usdt:${HOSTILE}`, { gains: lift(Math.log(0.5), 0.1), skill: false }),
  ]
  const html = page(accuracy({ real: groupOf(false, markets, [cells]) }))
  const text = textOf(html)
  expect(text).toContain('2.00×')
  expect(text).toContain('1.10× n.s.')
  expect(text).toContain('0.50× below 1')
  expect(html).toMatch(/<span class="fl-text-number text-err">0\.50×/)
  expect(html).toMatch(/<span class="fl-text-number text-t1">1\.10×/)
  expect(html).toContain('aria-label="Said 34%: came 24%, 100 times"')
  expect(html).toContain('/accuracy/scores.csv?table=markets')
  expect(html).not.toContain('<img')
  expect(html.split('&lt;img src=x onerror=alert(1)&gt;').length).toBeGreaterThan(3)
  expect(html).toContain('/sign-in?callbackUrl=%2Faccuracy')
  expect(page(accuracy(), true)).not.toContain('/sign-in')
})

it('keeps simulated markets apart, and makes no claim of them', () => {
  const html = page(accuracy({ simulated: groupOf(true, [market('simulated:ETHUSDT', { days: 3, moreDays: 4 })], []) }))
  const text = textOf(html)
  expect(text).toContain('No real market has been scored yet')
  expect(text).toContain('no claim about real markets')
  expect(text).toContain('It takes 7 days with liquidations; the furthest market has 3.')
  expect(text).toContain('4 more days needed')
  const [real = '', simulated = ''] = html.split('id="simulated"')
  expect(real).not.toContain('ETHUSDT')
  expect(simulated).toContain('ETHUSDT')
})

it('says what to run where nothing is scored, what to wait for, what is left out, and that it failed', () => {
  expect(textOf(page(accuracy({ total: 0, read: 0 })))).toContain('npm start')
  expect(textOf(page(accuracy({ real: groupOf(false, [market('a:B', { outcomes: 0 })], []) })))).toContain('1 market is being scored')
  const full = accuracy({ total: 80, read: 60, real: groupOf(false, [market('okx-swap:SOL')], []) })
  expect(textOf(page(full))).toContain('60 of 80 scored markets are read')
  expect(textOf(page(null))).toContain('The scores could not be read')
})
