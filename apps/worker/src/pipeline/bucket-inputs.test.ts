import type { BucketInput } from '@faultline/engine/estimator/estimator'
import { RATIO_KINDS } from '@faultline/market/event'
import { type EventTable, EventTableBuilder, selectRows, type TableKind } from '@faultline/market/event-table'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BucketEvents, bucketInputs, neededFrom } from './bucket-inputs.ts'

const T0 = Date.UTC(2024, 0, 5)
const BUCKET = 5 * MINUTE_MS
const accounts = RATIO_KINDS.indexOf('accounts')
const topAccounts = RATIO_KINDS.indexOf('topAccounts')

function tableOf<K extends TableKind>(kind: K, rows: readonly (readonly number[])[]): EventTable<K> {
  const builder = new EventTableBuilder(kind)
  for (const row of rows) builder.push(...row)
  return builder.finish()
}

interface Rows {
  candles: number[]
  openInterest?: [time: number, base: number][]
  funding?: [time: number, rate: number][]
  ratios?: [time: number, kind: number, ratio: number][]
  liquidations?: number[]
}

const eventsOf = (rows: Rows): BucketEvents => ({
  bucketMs: BUCKET,
  candles: tableOf(
    'candle',
    rows.candles.map((time) => [time, 100, 102, 99, 101, 10, Number.NaN, 6, Number.NaN]),
  ),
  openInterest: tableOf(
    'openInterest',
    (rows.openInterest ?? []).map(([time, base]) => [time, base, Number.NaN]),
  ),
  funding: tableOf(
    'funding',
    (rows.funding ?? []).map(([time, rate]) => [time, rate, 8]),
  ),
  ratios: tableOf('longShortRatio', rows.ratios ?? []),
  liquidations: tableOf(
    'liquidation',
    (rows.liquidations ?? []).map((time) => [time, 1, 100, 2, 0, 200]),
  ),
})
const inputsOf = (rows: Rows) => [...bucketInputs(eventsOf(rows))]

describe('open interest', () => {
  it('is given at the close at which it was known, the newest only, and once', () => {
    const inputs = inputsOf({
      candles: [0, 1, 2, 3].map((i) => T0 + i * BUCKET),
      openInterest: [
        [T0 - DAY_MS, 1],
        [T0 + BUCKET, 2],
        [T0 + BUCKET + 1, 3],
        [T0 + 2 * BUCKET, 4],
        [T0 + 4 * BUCKET + 1, 5],
      ],
    })
    expect(inputs.map((i) => i.openInterest)).toEqual([
      { time: T0 + BUCKET, base: 2 },
      { time: T0 + 2 * BUCKET, base: 4 },
      undefined,
      undefined,
    ])
  })
})

describe('funding and ratio', () => {
  it('are the newest known, for a day at most', () => {
    const inputs = inputsOf({
      candles: [T0, T0 + 8 * HOUR_MS, T0 + DAY_MS + 8 * HOUR_MS],
      funding: [
        [T0 + BUCKET, 0.1],
        [T0 + 8 * HOUR_MS + BUCKET + 1, 0.2],
      ],
      ratios: [
        [T0, accounts, 1.5],
        [T0, topAccounts, 9],
      ],
    })
    expect(inputs.map((i) => i.fundingRate)).toEqual([0.1, 0.1, 0.2])
    expect(inputs.map((i) => i.longShortRatio)).toEqual([1.5, 1.5, undefined])
  })
})

it('files a liquidation in the bucket that it happened in, and none of a missing bucket', () => {
  const inputs = inputsOf({
    candles: [T0, T0 + BUCKET, T0 + 3 * BUCKET],
    liquidations: [T0 - 1, T0, T0 + BUCKET - 1, T0 + BUCKET, T0 + 2 * BUCKET, T0 + 3 * BUCKET],
  })
  expect(inputs.map((i) => i.liquidations?.map((l) => l.time))).toEqual([[T0, T0 + BUCKET - 1], [T0 + BUCKET], [T0 + 3 * BUCKET]])
  expect(inputs[1]?.liquidations?.[0]).toEqual({
    type: 'liquidation',
    time: T0 + BUCKET,
    side: 'short',
    price: 100,
    priceKind: 'fill',
    quantity: 2,
    quantityUsd: 200,
  })
})

it('leaves out what is missing', () => {
  const [input] = inputsOf({ candles: [T0] })
  expect(input).toEqual({ bucketStart: T0, open: 100, high: 102, low: 99, close: 101, volume: 10, takerBuyVolume: 6 })
})

// Times on and around bucket edges over two days, so that gaps, edges and expiry all occur.
const someTime = fc.tuple(fc.integer({ min: -20, max: 600 }), fc.constantFrom(0, 1, -1, 60_000)).map(([i, off]) => T0 + i * BUCKET + off)
const sortedTimes = fc.uniqueArray(someTime, { maxLength: 30 }).map((times) => times.sort((a, b) => a - b))
const randomEvents = fc
  .record({
    candles: fc
      .uniqueArray(fc.integer({ min: 0, max: 600 }), { minLength: 1, maxLength: 40 })
      .map((list) => list.sort((a, b) => a - b).map((i) => T0 + i * BUCKET)),
    openInterest: sortedTimes,
    funding: sortedTimes,
    ratios: sortedTimes,
    liquidations: sortedTimes,
  })
  .map((r) =>
    eventsOf({
      candles: r.candles,
      openInterest: r.openInterest.map((time, i) => [time, i + 1]),
      funding: r.funding.map((time, i) => [time, i / 1000]),
      ratios: r.ratios.map((time, i) => [time, i % 3 === 0 ? topAccounts : accounts, i]),
      liquidations: r.liquidations,
    }),
  )

const cut = <K extends TableKind>(table: EventTable<K>, from: number, to = Number.POSITIVE_INFINITY): EventTable<K> => {
  const times = Object.values<Float64Array>(table.columns)[0] as Float64Array
  return selectRows(
    table,
    [...times.keys()].filter((row) => (times[row] as number) >= from && (times[row] as number) < to),
  )
}

it('resumes with exactly the inputs of an uninterrupted run, from the rows that neededFrom() names', () => {
  fc.assert(
    fc.property(randomEvents, fc.nat(), (events, pick) => {
      const whole = [...bucketInputs(events)]
      const stepped = whole[pick % whole.length] as BucketInput
      const from = stepped.bucketStart + BUCKET
      const need = neededFrom(from)
      const rest = bucketInputs(
        {
          bucketMs: BUCKET,
          candles: cut(events.candles, need.candles),
          openInterest: cut(events.openInterest, need.openInterest),
          funding: cut(events.funding, need.funding),
          ratios: cut(events.ratios, need.ratios),
          liquidations: cut(events.liquidations, need.liquidations),
        },
        from,
      )
      const expected = whole.slice((pick % whole.length) + 1)
      expect([...rest]).toEqual(expected)
      expect([...bucketInputs(events, from)]).toEqual(expected)
    }),
  )
})

it('never shows a bucket what was stamped after its close', () => {
  fc.assert(
    fc.property(randomEvents, fc.nat(), (events, pick) => {
      const whole = [...bucketInputs(events)]
      const index = pick % whole.length
      const end = (whole[index] as BucketInput).bucketStart + BUCKET
      const past = {
        bucketMs: BUCKET,
        candles: cut(events.candles, 0, end),
        openInterest: cut(events.openInterest, 0, end + 1),
        funding: cut(events.funding, 0, end + 1),
        ratios: cut(events.ratios, 0, end + 1),
        liquidations: cut(events.liquidations, 0, end),
      }
      expect([...bucketInputs(past)]).toEqual(whole.slice(0, index + 1))
    }),
  )
})
