import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Allowance } from './allowance.ts'

const WINDOW = 60_000

it('never spends more than the share within any window', () => {
  const requests = fc.array(fc.record({ amount: fc.integer({ min: 1, max: 40 }), after: fc.integer({ min: 0, max: 20_000 }) }), {
    maxLength: 200,
  })
  fc.assert(
    fc.property(requests, (list) => {
      const allowance = new Allowance(100, WINDOW)
      const spent: { at: number; amount: number }[] = []
      let now = 0
      for (const { amount, after } of list) {
        now += after
        if (!allowance.has(amount, 0.6, now)) continue
        allowance.spend(amount, now)
        spent.push({ at: now, amount })
        const inWindow = spent.filter((s) => s.at > now - WINDOW).reduce((sum, s) => sum + s.amount, 0)
        expect(inWindow).toBeLessThanOrEqual(60)
        expect(allowance.used(now)).toBe(inWindow)
      }
    }),
  )
})

it('has room again when relief was promised', () => {
  const allowance = new Allowance(100, WINDOW)
  allowance.spend(50, 1_000)
  allowance.spend(10, 9_000)
  expect(allowance.has(1, 0.6, 10_000)).toBe(false)
  expect(allowance.nextRelief(10_000)).toBe(61_000)
  expect(allowance.has(1, 0.6, 60_999)).toBe(false)
  expect(allowance.has(50, 0.6, 61_000)).toBe(true)
  expect(allowance.nextRelief(200_000)).toBeNull()
})

it('counts what the venue says that others have used at the same address', () => {
  const allowance = new Allowance(100, WINDOW)
  allowance.spend(5, 0)
  allowance.tell(55, 1_000)
  allowance.spend(5, 2_000)
  expect(allowance.used(3_000)).toBe(60)
  expect(allowance.has(1, 0.6, 3_000)).toBe(false)
  expect(allowance.used(61_000)).toBe(5)
  expect(allowance.toldUsed).toBe(55)
})

it('lets one request through that is larger than the share, when nothing else was spent', () => {
  const allowance = new Allowance(100, WINDOW)
  expect(allowance.has(80, 0.6, 0)).toBe(true)
  allowance.spend(1, 0)
  expect(allowance.has(80, 0.6, 0)).toBe(false)
})
