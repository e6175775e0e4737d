import { ALERT_KINDS, type AlertCondition, alertCondition } from '@faultline/market/alert'
import { describe, expect, it } from 'vitest'
import { draftOf, draftOfRule, numberOf, readDraft, sameDraft } from './draft.ts'
import { marketGroups, marketNames } from './markets.ts'
import { summaryOf } from './words.ts'

const stored = (condition: AlertCondition) => ({
  name: 'x',
  instrumentKey: 'a:B',
  condition,
  channelIds: ['c'],
  cooldownMinutes: 30,
  enabled: true,
})

describe('a draft', () => {
  it.each<AlertCondition>([
    { kind: 'clusterNear', side: 'long', withinPercent: 1.1, minUsd: 12_300_000 },
    { kind: 'priceInCluster', side: null, minUsd: 0 },
    { kind: 'risk', direction: 'below', level: 25 },
    { kind: 'funding', direction: 'above', rate: 0.0007 },
    { kind: 'openInterest', direction: 'below', changePercent: -7.3 },
    { kind: 'breakout', side: 'short', minUsd: 5e6 },
  ])('comes back from the editor as it was stored: %o', (condition) => {
    const rule = stored(condition)
    const { enabled: _, ...settings } = rule
    expect(readDraft(draftOfRule(rule))).toEqual({ settings, problem: null })
    expect(summaryOf(condition).length).toBeGreaterThan(5)
  })
  it.each(ALERT_KINDS)('of the template %s is a rule that the server takes', (kind) => {
    const { settings } = readDraft(draftOf(kind, 'a:B'))
    expect(alertCondition.safeParse(settings?.condition).success).toBe(true)
  })
  it('names the first field that is wrong', () => {
    expect(readDraft({ ...draftOf('risk'), name: '  ' }).problem?.field).toBe('name')
    expect(readDraft({ ...draftOf('risk'), level: 'much' }).problem?.field).toBe('level')
    expect(readDraft({ ...draftOf('risk'), cooldown: '' }).problem?.field).toBe('cooldown')
    // a field that the condition does not have
    expect(readDraft({ ...draftOf('risk'), within: 'much' }).problem).toBeNull()
  })
  it('is the same whatever stands in fields that do not count', () => {
    const draft = draftOf('risk')
    expect(sameDraft(draft, { ...draft, within: '9', side: 'long', level: '75.0' })).toBe(true)
    expect(sameDraft(draft, { ...draft, level: '76' })).toBe(false)
    expect(sameDraft(draft, { ...draft, direction: 'below' })).toBe(false)
  })
})

it.each([
  ['2', 2],
  ['−0,05 %', -0.05],
  [' 1.5', 1.5],
  ['.5', 0.5],
  ['', null],
  ['1e9', null],
  ['1,000,000', null],
  ['Infinity', null],
])('reads %s as %s', (typed, value) => expect(numberOf(typed)).toBe(value))

it('offers markets by venue, and sums that somebody chose only where they are in use', () => {
  const of = (key: string, venue: string, symbol: string, sumOf: string[] | null = null) => ({
    key,
    venue,
    symbol,
    simulated: false,
    sumOf: sumOf as never,
  })
  const list = [
    of('b:Z', 'bybit-linear', 'Z'),
    of('b:A', 'bybit-linear', 'A'),
    of('s:A', 'aggregate', 'A', []),
    of('s:A~x', 'aggregate', 'A some', ['okx-swap']),
  ]
  expect(
    marketGroups(list, '')
      .flatMap(({ markets }) => markets.map(({ key }) => key))
      .sort(),
  ).toEqual(['b:A', 'b:Z', 's:A'])
  expect(marketGroups(list, 's:A~x').flatMap(({ markets }) => markets)).toHaveLength(4)
  expect(marketNames(list)(null)).toBe('Every market')
  expect(marketNames(list)('gone:X')).toBe('gone:X')
})
