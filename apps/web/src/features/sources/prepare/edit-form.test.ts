import { dataSourceChange } from '@faultline/db/repositories/data-sources'
import { sourceOptions } from '@faultline/market/feed'
import { describe, expect, it } from 'vitest'
import { fieldsOf, mergeFields, placeOf, readAddress, readDays, readFields, readSymbols } from './edit-form.ts'
import { source } from './samples.ts'

const base = source({ restUrl: 'http://127.0.0.1:9', symbols: ['AUSDT', 'BUSDT'], backfillDays: 7 })

it('writes settings into fields and reads the same back', () => {
  expect(fieldsOf(base)).toEqual({ restUrl: 'http://127.0.0.1:9', wsUrl: '', symbols: 'AUSDT, BUSDT', backfillDays: '7' })
  expect(readFields(fieldsOf(base), base)).toEqual({ change: {}, problems: null })
})

it('changes what differs, and takes an empty field for the venue’s own', () => {
  expect(readFields({ restUrl: ' ', wsUrl: 'ws://127.0.0.1:9/', symbols: 'busdt\nCusdt,busdt;', backfillDays: '' }, base)).toEqual({
    change: { restUrl: null, wsUrl: 'ws://127.0.0.1:9', symbols: ['BUSDT', 'CUSDT'], backfillDays: null },
    problems: null,
  })
})

it('names each wrong field', () => {
  const fields = { restUrl: 'ftp://x', wsUrl: 'wss://ann:pw@x', symbols: 'AUSDT, <b>', backfillDays: '-1' }
  expect(readFields(fields, base)).toEqual({
    change: null,
    problems: {
      restUrl: { kind: 'scheme', schemes: 'http:// or https://' },
      wsUrl: { kind: 'credentials' },
      symbols: { kind: 'symbol', symbol: '<B>' },
      backfillDays: { kind: 'days' },
    },
  })
})

describe('the same rules as the server', () => {
  const isProblem = (value: unknown) => typeof value === 'object' && value !== null && 'kind' in value
  it.each([
    'http://127.0.0.1:1234/',
    'https://api.example/base/path//',
    ' https://api.example ',
    'HTTP://api.example',
    'http:api.example',
    'http://',
    'http://a b',
    'http://api.example\\x',
    'ftp://api.example',
    'javascript:alert(1)',
    'ws://api.example',
    'api.example',
    'https://ann@api.example',
    'https://ann:pw@api.example',
    'https://api.example?key=1',
    'https://api.example/#1',
    `https://api.example/${'x'.repeat(281)}`,
  ])('for the address %s', (text) => {
    const server = dataSourceChange.safeParse({ restUrl: text })
    const read = readAddress(text, 'restUrl')
    expect(isProblem(read)).toBe(!server.success)
    if (server.success) expect(read).toBe(server.data.restUrl)
  })
  it.each(['AUSDT', 'A-B_C.D', '1000PEPEUSDT', '_A', '<IMG>', 'Ä', 'A'.repeat(40), 'A'.repeat(41)])('for the symbol %s', (text) => {
    expect(isProblem(readSymbols(text))).toBe(!dataSourceChange.safeParse({ symbols: [text] }).success)
  })
  it('for the number of symbols', () => {
    const many = (n: number) => Array.from({ length: n }, (_, i) => `S${i}`)
    for (const n of [0, 1_000, 1_001])
      expect(isProblem(readSymbols(many(n).join(' ')))).toBe(!dataSourceChange.safeParse({ symbols: many(n) }).success)
  })
  it.each(['0.5', '7', '366', '367', '0', '-1', '1e2', 'Infinity', 'NaN', '0x10', '1.2.3'])('for %s days', (text) => {
    // the server takes numbers; what is typed as something else never gets there
    const plain = /^\d+(\.\d+)?$/.test(text)
    const read = readDays(text)
    expect(isProblem(read)).toBe(!plain || !sourceOptions.safeParse({ backfillDays: Number(text) }).success)
  })
})

it('keeps what was typed when somebody else changed the source, and takes over what was not touched', () => {
  const stored = { ...base, version: 2, restUrl: 'http://127.0.0.1:10', symbols: ['DUSDT'], wsUrl: 'ws://there' }
  const typed = { ...fieldsOf(base), symbols: 'AUSDT', wsUrl: 'ws://there' }
  expect(mergeFields(typed, base, stored)).toEqual({
    fields: { restUrl: 'http://127.0.0.1:10', wsUrl: 'ws://there', symbols: 'AUSDT', backfillDays: '7' },
    theirs: { symbols: 'DUSDT' },
  })
})

it('finds the field that a refusal names', () => {
  expect(placeOf('restUrl: must begin with http://')).toEqual({ field: 'restUrl', message: 'must begin with http://' })
  expect(placeOf('symbols.3: a symbol is')).toEqual({ field: 'symbols', message: 'a symbol is' })
  expect(placeOf('field options.backfillDays: too many')).toEqual({ field: 'backfillDays', message: 'too many' })
  expect(placeOf('The database cannot be reached: restUrl: no')).toEqual({
    field: null,
    message: 'The database cannot be reached: restUrl: no',
  })
})
