import fc from 'fast-check'
import { expect, it } from 'vitest'
import { LARGE_COIN } from './character.ts'
import type { Tape } from './exchange.ts'
import { MarketRun, type MarketRunOptions, type MarketRunState, type Mechanics, STEP_MS } from './market-run.ts'
import type { StateTree } from './state.ts'

const START = Date.UTC(2026, 0, 1, 8)
const HOUR = 3_600_000

/** Everything that was told, in order. */
class Listener implements Tape {
  readonly heard: unknown[] = []
  trade = (...told: unknown[]): void => void this.heard.push(['trade', ...told])
  churn = (...told: unknown[]): void => void this.heard.push(['churn', ...told])
  touch = (price: number): void => void this.heard.push(price)
  forced = (order: unknown): void => void this.heard.push({ ...(order as object) })
}

const options = (tape: Tape, mechanics: Mechanics = 'plain'): MarketRunOptions => ({
  mechanics,
  seed: 3,
  // wild, so that something happens in two hours
  character: { ...LARGE_COIN, newsVolatility: 0.1 },
  lotSize: 0.001,
  start: START,
  warmUpDays: 1 / 24,
  tape,
})

function steps(run: MarketRun, until: number): unknown[] {
  const settled: unknown[] = []
  while (run.time < until) {
    const settlement = run.step()
    if (settlement) settled.push(settlement)
  }
  return settled
}

it.each<Mechanics>(['plain', 'full'])('goes on from a state as if it had never stopped, wherever that was taken: %s', (mechanics) => {
  const end = START + HOUR
  const whole = new Listener()
  const run = new MarketRun(options(whole, mechanics))
  expect(run.begin).toBe(START - HOUR)
  const settled = steps(run, end)
  expect(settled).toHaveLength(1)
  expect(whole.heard.filter((told) => typeof told === 'object' && !Array.isArray(told)).length).toBeGreaterThan(0)

  fc.assert(
    fc.property(fc.integer({ min: 0, max: (2 * HOUR) / STEP_MS }), (cut) => {
      const before = new Listener()
      const first = new MarketRun(options(before, mechanics))
      const early = steps(first, first.begin + cut * STEP_MS)
      const after = new Listener()
      const second = new MarketRun(options(after, mechanics), structuredClone(first.state()))
      const late = steps(second, end)
      expect([...early, ...late]).toEqual(settled)
      expect(second.state()).toEqual(run.state())
      // as text: a hundred thousand small arrays are slow to compare
      expect(JSON.stringify([...before.heard, ...after.heard]) === JSON.stringify(whole.heard)).toBe(true)
    }),
    { numRuns: 5, examples: [[HOUR / STEP_MS]] },
  )
})

it('takes up every number that was put away, whatever it was', () => {
  const run = new MarketRun(options(new Listener()))
  steps(run, run.begin + HOUR / 4)
  let next = 0.25
  const changed = (tree: StateTree): StateTree =>
    Object.fromEntries(
      Object.entries(tree).map(([name, value]) => {
        if (typeof value === 'number') return [name, next++]
        return [name, typeof value === 'string' || ArrayBuffer.isView(value) ? value : changed(value)]
      }),
    )
  const state = changed(run.state()) as MarketRunState
  const strange: MarketRunState = { ...state, crowd: { ...state.crowd, rumourDirection: -1 } }
  expect(new MarketRun(options(new Listener()), strange).state()).toEqual(strange)
})

it('keeps its count of accounts as if it counted them at each step', () => {
  const run = new MarketRun({ ...options(new Listener()), start: START + HOUR })
  const { books } = run
  steps(run, START - HOUR / 2)
  books.rank()
  steps(run, START + HOUR / 2)
  const counted = { long: 0, short: 0, topLong: 0, topShort: 0, topLongLots: 0, topShortLots: 0 }
  for (let i = 0; i < books.count; i++) {
    const { direction, lots } = books.at(i)
    const top = lots >= books.census.topLots
    counted[direction > 0 ? 'long' : 'short']++
    if (!top) continue
    counted[direction > 0 ? 'topLong' : 'topShort']++
    counted[direction > 0 ? 'topLongLots' : 'topShortLots'] += lots
  }
  expect(books.census).toMatchObject(counted)
  expect((counted.topLong + counted.topShort) / books.count).toBeCloseTo(0.2, 1)
})

it('pays funding at the interval of its character, shorter ones their share', () => {
  const character = { ...LARGE_COIN, fundingIntervalHours: 4 }
  const run = new MarketRun({ ...options(new Listener()), character, start: START + 3 * HOUR, warmUpDays: 0 })
  steps(run, START + 4 * HOUR)
  const predicted = run.predictedRate
  const settlement = run.step()
  expect(settlement?.rate).toBe(predicted)
  expect(Math.floor(((settlement?.time ?? 0) - START) / 10)).toBe((4 * HOUR) / 10)
  // Nothing sampled yet: what is left is the interest, half of the 0.01 % that eight hours cost.
  expect(run.predictedRate).toBe(0.00005)
})
