import { expect, it } from 'vitest'
import { readNewSource } from './new-source.ts'

const fields = { name: ' Bybit ', restUrl: '', wsUrl: '', symbols: 'btcusdt, ethusdt', backfillDays: '', priority: '100' }

it('reads what a source is to be', () => {
  expect(readNewSource(fields)).toEqual({
    source: { name: 'Bybit', restUrl: null, wsUrl: null, symbols: ['BTCUSDT', 'ETHUSDT'], backfillDays: null, priority: 100 },
    problems: null,
  })
})

it.each([
  ['name', 'x'.repeat(81), { kind: 'nameTooLong' }],
  ['restUrl', 'ftp://x', { kind: 'scheme' }],
  ['symbols', 'a%', { kind: 'symbol' }],
  ['backfillDays', '0', { kind: 'days' }],
  ['priority', '-1', { kind: 'priority' }],
  ['priority', '1001', { kind: 'priority' }],
  ['priority', '1e3', { kind: 'priority' }],
])('says what is wrong with %s “%s”', (field, text, problem) => {
  expect(readNewSource({ ...fields, [field]: text })).toMatchObject({ source: null, problems: { [field]: problem } })
})
