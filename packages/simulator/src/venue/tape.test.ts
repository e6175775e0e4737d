import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ForcedOrder } from '../exchange.ts'
import { STEP_MS } from '../market-run.ts'
import { Random } from '../random.ts'
import { MarketUnits } from './market-units.ts'
import { isTrade, LiveTape, TICK } from './tape.ts'

const BEGIN = 1_780_000_000_000
const units = new MarketUnits(2, 0.001)

function newTape(forced: { time: number; ticks: number }[] = []): LiveTape {
  const tape = new LiveTape({ units, random: new Random(1, 'tape'), usdPerPrint: 4_000, onForced: (row) => forced.push(row) })
  tape.recording = true
  tape.touch(100)
  return tape
}

const order = (time: number, lots: number): ForcedOrder => ({
  ...{ time, direction: 1, lots, liquidationPrice: 99, mark: 99 },
  ...{ bankruptcyPrice: 98.123, fillPrice: 98.995 },
})

/** What an exchange may tell in a step, and at which share of the step a liquidation happens. */
const told = fc.array(
  fc.record({
    takerBuys: fc.boolean(),
    lots: fc.integer({ min: 1, max: 50_000 }),
    price: fc.double({ min: 95, max: 105, noNaN: true }),
    forced: fc.boolean(),
  }),
  { maxLength: 12 },
)
const churns = fc.array(fc.record({ takerBuys: fc.boolean(), lots: fc.integer({ min: 1, max: 900_000 }) }), { maxLength: 2 })

it('writes down all that was traded, in order, inside the step, liquidations at their own time', () => {
  fc.assert(
    fc.property(
      told,
      churns,
      fc.array(fc.integer({ min: -STEP_MS, max: STEP_MS - 1 }), { minLength: 12, maxLength: 12 }),
      (trades, day, at) => {
        const forced: { time: number; ticks: number }[] = []
        const tape = newTape(forced)
        const times = [...at].sort((a, b) => a - b)
        const lots = [0, 0]
        trades.forEach((t, i) => {
          lots[Number(t.takerBuys)] = (lots[Number(t.takerBuys)] ?? 0) + t.lots
          tape.trade(t.takerBuys, t.lots, t.price, 1)
          if (t.forced) tape.forced(order(BEGIN + (times[i] as number), t.lots))
          tape.touch(t.price)
        })
        for (const t of day) {
          lots[Number(t.takerBuys)] = (lots[Number(t.takerBuys)] ?? 0) + t.lots
          tape.churn(t.takerBuys, t.lots, 100, 1 + Math.floor(t.lots / 40_000))
        }
        tape.endStep(BEGIN)
        const { ticks } = tape
        const written = [0, 0]
        let before = BEGIN
        let id = 1
        for (let row = 0; row < ticks.length; row++) {
          const time = ticks.at('time', row)
          expect(time).toBeGreaterThanOrEqual(before)
          expect(time).toBeLessThan(BEGIN + STEP_MS)
          before = time
          const kind = ticks.at('kind', row)
          if (!isTrade(kind)) continue
          written[kind] = (written[kind] ?? 0) + ticks.at('lots', row)
          expect(ticks.at('tradeId', row)).toBe(id)
          id += ticks.at('count', row)
        }
        expect(written).toEqual(lots)
        expect(tape.lastTradeId).toBe(id - 1)
        // those that funding makes are told with a time of the step before: they happen at the beginning of this one
        const wanted = trades.flatMap((t, i) => (t.forced ? [BEGIN + Math.max(0, times[i] as number)] : []))
        expect(forced.map((f) => f.time)).toEqual(wanted)
      },
    ),
  )
})

it('cuts day trading into pieces between the trades, each at the price of its moment, and ends with the last price', () => {
  const tape = newTape()
  for (let i = 0; i < 5; i++) {
    tape.trade(true, 10, 101 + i, 1)
    tape.touch(101 + i)
  }
  tape.churn(true, 400_000, 105, 11)
  tape.churn(false, 400_000, 105, 11)
  tape.endStep(BEGIN)
  const { ticks } = tape
  expect(ticks.length).toBe(5 + 2 * 3)
  expect(ticks.at('ticks', ticks.length - 1)).toBe(10_500)
  const seen = [10_000]
  for (let row = 0; row < ticks.length; row++) {
    const price = ticks.at('ticks', row)
    // a piece has the mark that the last trade left or the next one finds, never one that is still to come
    if (ticks.at('lots', row) === 10) seen.push(price)
    else expect(seen).toContain(price)
  }
})

it('prints a liquidation beside its trade, its limit on a tick, and nothing before it records', () => {
  const forced: unknown[] = []
  const tape = newTape(forced as never)
  tape.recording = false
  tape.trade(false, 7, 99, 1)
  tape.forced(order(BEGIN, 7))
  tape.endStep(BEGIN)
  expect([tape.ticks.length, forced.length]).toEqual([0, 0])
  tape.recording = true
  tape.touch(99)
  tape.trade(false, 7, 98.995, 1)
  tape.forced(order(BEGIN + 2_000, 7))
  tape.touch(98)
  tape.endStep(BEGIN)
  expect(tape.ticks.length).toBe(2)
  const row = (name: 'kind' | 'time' | 'ticks' | 'orderTicks' | 'mark', i: number): number => tape.ticks.at(name, i)
  expect([row('kind', 0), row('kind', 1)]).toEqual([TICK.sell, TICK.longDied])
  expect([row('time', 0), row('time', 1)]).toEqual([BEGIN + 2_000, BEGIN + 2_000])
  expect([row('ticks', 0), row('ticks', 1), row('orderTicks', 1), row('mark', 1)]).toEqual([9_899, 9_899, 9_812, 99])
  expect(forced).toEqual([{ time: BEGIN + 2_000, direction: 1, lots: 7, orderTicks: 9_812, ticks: 9_899 }])
})
