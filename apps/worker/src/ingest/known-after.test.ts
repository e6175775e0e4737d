import type { LiveEvent } from '@faultline/db/repositories/live-events'
import { expect, it } from 'vitest'
import { knownAfter } from './known-after.ts'

const E = 1_000
const kinds = (time: number): Record<string, LiveEvent> => ({
  openInterest: { type: 'openInterest', time, openInterest: 1 },
  funding: { type: 'funding', time, rate: 0 },
  longShortRatio: { type: 'longShortRatio', time, kind: 'accounts', ratio: 1 },
  liquidation: { type: 'liquidation', time, side: 'long', price: 1, priceKind: 'fill', quantity: 1, quantityUsd: 1 },
  candle: { type: 'candle', openTime: time, intervalMs: 10, open: 1, high: 1, low: 1, close: 1, volume: 0 },
  markPrice: { type: 'markPrice', time, markPrice: 1 },
  depth: { type: 'depth', time, bids: [], asks: [] },
})
const all = (time: number, steppedTo: number | null) =>
  Object.fromEntries(Object.entries(kinds(time)).map(([kind, event]) => [kind, knownAfter(event, steppedTo)]))

it('is set where an estimated bucket could have seen the event, and only there', () => {
  const never = { candle: null, markPrice: null, depth: null }
  const late = { openInterest: E, funding: E, longShortRatio: E, liquidation: E, ...never }
  expect(all(E - 1, E)).toEqual(late)
  // a figure of the bucket's very end belongs into it, a liquidation into the next one
  expect(all(E, E)).toEqual({ ...late, liquidation: null })
  const inTime = { openInterest: null, funding: null, longShortRatio: null, liquidation: null, ...never }
  expect(all(E + 1, E)).toEqual(inTime)
  expect(all(E - 1, null)).toEqual(inTime)
})
