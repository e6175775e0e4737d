import { expect, it } from 'vitest'
import { runsBy } from './known-runs.ts'

it('shows of observed levels what had been seen by then', () => {
  const run = (from: number, to: number) => ({ side: 'long' as const, bin: 7, from, to, usd: 5 })
  expect(runsBy([run(0, 10), run(5, 30), run(20, 30), run(25, 30)], 20)).toEqual([run(0, 10), run(5, 20)])
})
