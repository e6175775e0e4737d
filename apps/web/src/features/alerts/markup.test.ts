import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { LogRow } from './delivery-log.tsx'
import { Entry } from './inbox-bell.tsx'
import { draftOf } from './prepare/draft.ts'
import { RuleEditor, type RuleEditorProps } from './rule-editor.tsx'
import { RuleList } from './rule-list.tsx'
import type { InboxEntry, ListedRule, LoggedDelivery } from './server/schema.ts'

const XSS = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
const ESCAPED = '&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&lt;script&gt;'
const ID = '0f7f3d0e-4d5b-4c39-8f5e-0d4c6a4f0001'
const NOW = Date.UTC(2026, 2, 5, 12)
const nothing = () => {}
const html = renderToStaticMarkup
const condition = { kind: 'risk' as const, direction: 'above' as const, level: 75 }

const rule = (change: Partial<ListedRule> = {}): ListedRule => ({
  id: ID,
  ownerId: ID,
  teamId: null,
  name: 'Risk above 75',
  instrumentKey: null,
  condition,
  channelIds: [],
  cooldownMinutes: 60,
  enabled: true,
  version: 1,
  updatedAt: NOW,
  firedIn24h: 0,
  firedAt: null,
  closed: null,
  ...change,
})
const list = (change: Partial<ListedRule> = {}, editable = true) =>
  html(
    createElement(RuleList, {
      rules: [rule(change)],
      chosen: null,
      unsaved: new Set<string>(),
      editable,
      marketName: () => 'Every market',
      now: NOW,
      onChoose: nothing,
      onSwitch: nothing,
    }),
  )
const editor = (change: Partial<RuleEditorProps> = {}) =>
  html(
    createElement(RuleEditor, {
      id: ID,
      draft: draftOf('risk'),
      changed: false,
      channels: [],
      markets: [],
      simulated: false,
      team: false,
      editable: true,
      onChange: nothing,
      onSave: async () => null,
      onTest: async () => null,
      onDelete: nothing,
      onDiscard: nothing,
      ...change,
    }),
  )
it('says of a rule that the plan no longer allows that it does not fire', () => {
  expect(list()).not.toContain('not part of')
  expect(list({ closed: 'limit' })).toMatch(/not part of your plan any more.*does not fire: the plan allows fewer rules/)
  expect(list({ closed: 'market', ownerId: null, teamId: ID })).toMatch(/not part of the team’s plan any more.*does not open its market/)
})

const delivery = (change: Partial<LoggedDelivery> = {}) =>
  html(
    createElement(LogRow, {
      row: {
        id: ID,
        state: 'sent',
        attempts: 1,
        message: 'Answered 200',
        durationMs: 812,
        at: NOW,
        channel: { kind: 'webhook', name: 'desk' },
        title: 'BTCUSDT: risk index 81, above 75',
        rule: 'Risk above 75',
        test: false,
        ...change,
      },
    }),
  )
const alert = (change: Partial<InboxEntry> = {}) =>
  html(
    createElement(Entry, {
      entry: {
        id: ID,
        title: 'BTCUSDT: risk index 81, above 75',
        facts: {
          market: { key: 'binance-usdm:BTCUSDT', venue: 'binance-usdm', symbol: 'BTCUSDT', simulated: false },
          bucket: NOW,
          bucketMs: 60_000,
          price: 1,
          condition,
          value: 81,
          cluster: null,
          breakout: null,
        },
        rule: { id: ID, name: 'Risk above 75', teamId: null },
        at: NOW - 120_000,
        read: false,
        ...change,
      },
      now: NOW,
      onOpen: nothing,
    }),
  )

describe('what people name stays text', () => {
  it.each<[string, () => string]>([
    ['a rule', () => list({ name: XSS })],
    ['a channel in the editor', () => editor({ channels: [{ id: ID, kind: 'webhook', name: XSS, hint: XSS, disabledReason: XSS }] })],
    ['the editor’s own name', () => editor({ draft: { ...draftOf('risk'), name: XSS } })],
    ['a delivery', () => delivery({ rule: XSS, title: XSS, message: XSS, state: 'failed', channel: { kind: 'email', name: XSS } })],
    ['an alert', () => alert({ title: XSS, rule: { id: ID, name: XSS, teamId: null } })],
  ])('%s', (_, markup) => {
    expect(markup()).toContain(ESCAPED)
    expect(markup()).not.toMatch(/<img|<script/)
  })
})

it('names what can be pressed', () => {
  expect(list()).toMatch(/role="switch" aria-checked="true"[^>]*>.*Risk above 75 is on/)
  expect(list({}, false)).toMatch(/role="switch"[^>]* disabled/)
  expect(alert()).toMatch(/Unread: /)
  expect(alert({ read: true })).not.toMatch(/Unread: /)
  expect(alert()).toContain('href="/heatmap/binance-usdm:BTCUSDT"')
})

it('says what became of a delivery in words', () => {
  expect(delivery()).toContain('Delivered')
  expect(delivery()).not.toContain('Answered 200')
  expect(delivery({ state: 'retrying', attempts: 2, message: 'Answered 503' })).toMatch(/Trying again.*Answered 503 · attempt 2 of 6/)
  expect(delivery({ rule: null, title: null, test: true })).toContain('Test of the channel')
})

it('says in the editor when a rule does not fire, and lets viewers only look', () => {
  expect(editor()).toContain('waits until that has ended once')
  expect(editor({ simulated: true })).toContain('Simulated market: every message of it says so.')
  const viewer = editor({ editable: false })
  expect(viewer).not.toMatch(/Save rule|Delete|Send test/)
  expect(viewer).toMatch(/<input[^>]* disabled/)
})
