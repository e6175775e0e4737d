import { FaultlineError } from '@faultline/market/errors'
import { expect, it } from 'vitest'
import { databaseFailure, failureText } from './database-failure.ts'

const coded = (code: string) => Object.assign(new Error(code), { code })

it.each(['23514', '23502', '23503', '22003', '22P02', '22023'])('%s is about the values', (code) => {
  expect(databaseFailure(coded(code))).toBe('refused')
})
it.each(['40001', '40P01', '55P03', '57014'])('%s may pass', (code) => {
  expect(databaseFailure(coded(code))).toBe('busy')
})
it.each([
  '57P01',
  '57P03',
  '08006',
  '53300',
  '53100',
  '58030',
  '25006',
  '42P01',
  '42501',
  '28P01',
  '3D000',
  'ECONNREFUSED',
  'ECONNRESET',
  '',
])('%s: the database cannot be used now', (code) => expect(databaseFailure(coded(code))).toBe('away'))
it('knows what never got to the database', () => {
  expect(databaseFailure(new RangeError('Invalid time value'))).toBe('refused')
  expect(databaseFailure(new TypeError('undefined'))).toBe('refused')
  expect(databaseFailure(new FaultlineError('internal', 'not a message'))).toBe('refused')
  expect(databaseFailure(new Error('Connection terminated unexpectedly'))).toBe('away')
  expect(databaseFailure('thrown')).toBe('away')
})
it('says what all of several said', () => {
  expect(failureText(new AggregateError([new Error('::1'), new Error('127.0.0.1')]))).toBe('::1; 127.0.0.1')
  expect(failureText('text')).toBe('text')
})
