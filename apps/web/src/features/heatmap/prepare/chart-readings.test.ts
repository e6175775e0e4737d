import { expect, it } from 'vitest'
import type { CurrentReadings, HistoryReadings } from '../../readings/server/schema.ts'
import { chartReadings } from './chart-readings.ts'

const cluster = (usd: number) => ({ side: 'long', peakPrice: usd, usd, distance: -0.1 })
const readings = { clusters: [cluster(1), cluster(5), cluster(3)] } as unknown as CurrentReadings
const history = {
  breakouts: [{ time: 10 }, { time: 20 }],
  risk: [
    [10, 1],
    [20, 2],
  ],
} as unknown as HistoryReadings

it('draws the largest clusters first, and all that was read', () => {
  const drawn = chartReadings(readings, history, null)
  expect(drawn.clusters?.map((c) => c.usd)).toEqual([5, 3, 1])
  expect([drawn.breakouts?.length, drawn.risk?.length, drawn.moment]).toEqual([2, 2, undefined])
})

it('draws nothing in a replay that was read later, and the line of its moment', () => {
  const drawn = chartReadings(readings, history, 15)
  expect([drawn.breakouts?.length, drawn.risk, drawn.moment]).toEqual([1, [[10, 1]], 15])
})

it('is nothing before anything is read', () => expect(chartReadings(null, null, null)).toEqual({ clusters: [], breakouts: [], risk: [] }))
