import { HOUR_MS } from '@faultline/market/units'
import { expect, it } from 'vitest'
import { ChoiceAllowance } from './choice-allowance.ts'

it('lets each person choose sixty times an hour', () => {
  let now = 1_000
  const allowance = new ChoiceAllowance(() => now)
  for (let i = 0; i < 60; i++) allowance.take('a')
  expect(() => allowance.take('a')).toThrow('within the hour')
  expect(() => allowance.take('b')).not.toThrow()
  now += HOUR_MS
  expect(() => allowance.take('a')).not.toThrow()
})
