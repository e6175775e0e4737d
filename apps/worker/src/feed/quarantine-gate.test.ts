import { HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { expect, it } from 'vitest'
import { QuarantineGate } from './quarantine-gate.ts'

function gateAt() {
  const clock = { at: 0, monotonic: () => clock.at }
  return { clock, gate: new QuarantineGate(clock) }
}
const admitted = (gate: QuarantineGate, reason: string, times: number): number =>
  Array.from({ length: times }, () => gate.admits(reason)).filter(Boolean).length

it('keeps the first of a reason, then one a minute, and counts all', () => {
  const { clock, gate } = gateAt()
  expect(admitted(gate, 'kline k.o is no price', 5_000)).toBe(20)
  // Another fault is not driven out by the first.
  expect(admitted(gate, 'not JSON', 3)).toBe(3)
  clock.at += MINUTE_MS
  expect(admitted(gate, 'kline k.o is no price', 5_000)).toBe(1)
  clock.at += HOUR_MS
  expect(admitted(gate, 'kline k.o is no price', 5_000)).toBe(20)
  expect(gate.total).toBe(15_003)
  expect(gate.most(1)).toEqual([{ reason: 'kline k.o is no price', count: 15_000 }])
})

it('is bounded whatever the reasons are', () => {
  const { gate } = gateAt()
  let kept = 0
  for (let i = 0; i < 50_000; i++) if (gate.admits(`reason ${i}`)) kept++
  expect(kept).toBe(100 + 20)
  expect(gate.most(1_000)).toHaveLength(101)
  expect(gate.most(1)).toEqual([{ reason: 'other reasons', count: 49_900 }])
})
