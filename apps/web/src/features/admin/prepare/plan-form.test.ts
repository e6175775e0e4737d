import { expect, it } from 'vitest'
import type { PlanItem } from '../server/plans.ts'
import { fieldsOf, readFields } from './plan-form.ts'

const plan: PlanItem = {
  key: 'free',
  name: 'Free',
  ranges: ['12h', '1d'],
  baseAssets: null,
  api: false,
  alertRules: 5,
  savedItems: null,
  teams: 3,
  teamMembers: 10,
  shareLinks: 0,
  people: 7,
}

it('says back what it was given', () => {
  const { key: _, people: __, ...terms } = plan
  expect(readFields(fieldsOf(plan))).toEqual({ terms })
  const some = { ...plan, baseAssets: ['BTC', 'ETH'] }
  expect(readFields(fieldsOf(some))).toMatchObject({ terms: { baseAssets: ['BTC', 'ETH'] } })
})

it('reads coins however they are separated, and empty as unlimited', () => {
  const fields = { ...fieldsOf(plan), allMarkets: false, coins: ' btc,ETH;\n sol ' }
  expect(readFields(fields)).toMatchObject({ terms: { baseAssets: ['btc', 'ETH', 'sol'] } })
  expect(readFields({ ...fields, limits: { ...fields.limits, teams: ' ' } })).toMatchObject({ terms: { teams: null } })
})

it('says what is wrong', () => {
  const fields = fieldsOf(plan)
  for (const teams of ['-1', '1.5', 'many', '99999999'])
    expect(readFields({ ...fields, limits: { ...fields.limits, teams } })).toEqual({
      problem: 'Teams of one’s own must be a whole number, or empty for no limit.',
    })
  expect(readFields({ ...fields, ranges: [] })).toEqual({ problem: expect.stringMatching(/At least one range/) })
})
