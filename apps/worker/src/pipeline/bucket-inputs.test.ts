import type { BucketInput } from '@faultline/engine/estimator/estimator'
import { RATIO_KINDS } from '@faultline/market/event'
import { type EventTable, EventTableBuilder, selectRows, type TableKind } from '@faultline/market/event-table'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BucketEvents, bucketInputs, LATE_MS, type LateTable, neededFrom } from './bucket-inputs.ts'

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
  silences?: [from: number, to: number][]
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
  silences: (rows.silences ?? []).map(([from, to]) => ({ from, to })),
})
const inputsOf = (rows: Rows) => [...bucketInputs(eventsOf(rows))]

describe('silences', () => {
  const at = (buckets: number) => T0 + buckets * BUCKET

  it('of any length make the prints of the buckets that they touch unknown, and of no others', () => {
    const inputs = inputsOf({
      candles: [0, 1, 2, 3, 4, 5, 6, 7].map(at),
      liquidations: [at(1.5)],
      // within one bucket; over an edge; one that a later one lies within, and whose end is an edge
      silences: [
        [at(-3), at(0)],
        [at(1.4), at(1.4) + 1],
        [at(3) - 1, at(3) + 1],
        [at(5), at(7)],
        [at(5.1), at(5.2)],
      ],
    })
    expect(inputs.map(({ printsKnown }) => printsKnown ?? true)).toEqual([true, false, false, false, true, false, false, true])
    expect(inputs[1]?.liquidations).toHaveLength(1)
  })

  it('are the same where a run is taken up again', () => {
    const events = eventsOf({ candles: [0, 1, 2, 3].map(at), silences: [[at(0.5), at(2.5)]] })
    expect([...bucketInputs(events, at(2))]).toEqual([...bucketInputs(events)].slice(2))
  })
})

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

/** Some rows came late: after the bucket that ends at one of the marks around their time. */
const withLateness = (events: BucketEvents, delays: readonly number[]): BucketEvents => {
  const lateness = (times: Float64Array, salt: number): Float64Array =>
    Float64Array.from(times, (time, row) => {
      const delay = delays[(row * 7 + salt) % delays.length] as number
      return delay < 0 ? Number.NaN : Math.ceil(time / BUCKET) * BUCKET + delay * BUCKET
    })
  return {
    ...events,
    knownAfter: {
      openInterest: lateness(events.openInterest.columns.time, 1),
      funding: lateness(events.funding.columns.time, 2),
      ratios: lateness(events.ratios.columns.time, 3),
      liquidations: lateness(events.liquidations.columns.time, 4),
    },
  }
}
const delays = fc.array(fc.integer({ min: -2, max: 3 }), { minLength: 1, maxLength: 9 })
const TABLE_OF = { openInterest: 'openInterest', funding: 'funding', ratios: 'ratios', liquidations: 'liquidations' } as const

const cutKnown = (events: BucketEvents, from: ReturnType<typeof neededFrom>): BucketEvents => {
  const kept = (table: LateTable): Float64Array =>
    (events.knownAfter?.[table] ?? new Float64Array()).filter(
      (_, row) => (events[TABLE_OF[table]].columns.time[row] as number) >= from[table],
    )
  return {
    bucketMs: BUCKET,
    candles: cut(events.candles, from.candles),
    openInterest: cut(events.openInterest, from.openInterest),
    funding: cut(events.funding, from.funding),
    ratios: cut(events.ratios, from.ratios),
    liquidations: cut(events.liquidations, from.liquidations),
    knownAfter: {
      openInterest: kept('openInterest'),
      funding: kept('funding'),
      ratios: kept('ratios'),
      liquidations: kept('liquidations'),
    },
  }
}

it('resumes with the same inputs where rows came late, too', () => {
  fc.assert(
    fc.property(randomEvents, delays, fc.nat(), (plain, late, pick) => {
      const events = withLateness(plain, late)
      const whole = [...bucketInputs(events)]
      const from = (whole[pick % whole.length] as BucketInput).bucketStart + BUCKET
      const expected = whole.slice((pick % whole.length) + 1)
      expect([...bucketInputs(cutKnown(events, neededFrom(from)), from)]).toEqual(expected)
      expect([...bucketInputs(events, from)]).toEqual(expected)
    }),
  )
})

it('shows a late row to the buckets that end after it was known, and to no other', () => {
  fc.assert(
    fc.property(randomEvents, delays, (plain, late) => {
      const events = withLateness(plain, late)
      const seen = (table: LateTable, row: number, end: number): boolean => {
        const time = events[TABLE_OF[table]].columns.time[row] as number
        const known = events.knownAfter?.[table]?.[row] as number
        return !(known - time > LATE_MS) && !(known >= end) && (table === 'liquidations' ? time < end : time <= end)
      }
      const newestOf = (table: LateTable, end: number, also: (row: number) => boolean = () => true): number => {
        const rows = [...events[TABLE_OF[table]].columns.time.keys()].filter((row) => seen(table, row, end) && also(row))
        return rows.reduce((best, row) => Math.max(best, events[TABLE_OF[table]].columns.time[row] as number), Number.NEGATIVE_INFINITY)
      }
      let given = Number.NEGATIVE_INFINITY
      let before = Number.NEGATIVE_INFINITY
      for (const input of bucketInputs(events)) {
        const end = input.bucketStart + BUCKET
        const figure = newestOf('openInterest', end)
        expect(input.openInterest?.time).toBe(figure > given ? figure : undefined)
        given = Math.max(given, figure)
        const rate = newestOf('funding', end)
        expect(input.fundingRate !== undefined).toBe(rate > end - DAY_MS)
        const share = newestOf('ratios', end, (row) => events.ratios.columns.kind[row] === accounts)
        expect(input.longShortRatio !== undefined).toBe(share > end - DAY_MS)
        // those that were not seen by the end of the bucket before (which may be missing: then they belong to no bucket)
        const prints = [...events.liquidations.columns.time.keys()].filter(
          (row) => seen('liquidations', row, end) && !seen('liquidations', row, input.bucketStart),
        )
        expect(input.liquidations?.length ?? 0).toBe(prints.length)
        expect(end).toBeGreaterThan(before)
        before = end
      }
    }),
  )
})

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

it('gives what was observed of positions once, to the first bucket that ends at or after it, and late to those that end after', () => {
  const at = (buckets: number) => T0 + buckets * BUCKET
  const side = { share: 0.1, effective: 3, distances: [0.1], sizes: [5], safe: 0 }
  const told = (time: number, knownAfter: number | null = null) => ({ stock: { time, long: side, short: side }, knownAfter })
  const events = {
    ...eventsOf({ candles: [0, 1, 2, 3, 4, 5].map(at) }),
    // two in one bucket; at the very end of one; known when the third bucket was estimated already
    observed: [told(at(0.2)), told(at(0.4)), told(at(2)), told(at(2.5), at(3))],
  }
  const given = (from?: number) =>
    [...bucketInputs(events, from)].map((input) => (input.observed ? (input.observed.time - T0) / BUCKET : null))
  expect(given()).toEqual([0.4, 2, null, 2.5, null, null])
  for (let k = 1; k < 6; k++) expect(given(at(k))).toEqual(given().slice(k))
})
