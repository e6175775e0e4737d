import { expect, it } from 'vitest'
import { isShorter, readDays } from './retention.ts'

it('reads whole days from two on, and empty as for ever', () => {
  expect([' 14 ', '', '2'].map(readDays)).toEqual([14, null, 2])
  for (const text of ['1', '0', '-3', '2.5', '1e3', 'x', '123456']) expect([text, readDays(text)]).toEqual([text, undefined])
})

it('knows when something goes', () => {
  expect(isShorter(14, null)).toBe(true)
  expect(isShorter(14, 15)).toBe(true)
  expect(isShorter(14, 14)).toBe(false)
  expect(isShorter(30, 14)).toBe(false)
})
