import { expect, it } from 'vitest'
import { fatesLike, formatBand, knownBy, liquidityRows, riskChange, saidBy } from './rail-figures.ts'
import { sampleHistory, sampleReadings } from './samples-of-readings.ts'

it.each([
  [94e6, 222e6, '94.0–222M'],
  [620e3, 1.4e6, '620k–1.4M'],
  [0, 40, '0–40'],
  [1.1e9, 2.25e9, '1.10–2.25B'],
])('writes %d to %d without a unit too many', (p10, p90, text) => {
  expect(formatBand({ p10, p90 })).toBe(text)
})

it('sets the risk index against that of a day before, where the past reaches so far', () => {
  const readings = sampleReadings()
  expect(riskChange(readings, sampleHistory())).toBe(9)
  expect(riskChange(readings, sampleHistory({ risk: [[readings.bucket, 50]] }))).toBeNull()
  const dayAgo = readings.bucket + readings.bucketMs - 86_400_000
  expect(riskChange(readings, sampleHistory({ stepMs: 86_400_000, risk: [[dayAgo - 36e5 * 10, 50]] }))).toBeNull()
  expect(riskChange(readings, null)).toBeNull()
  expect(riskChange(sampleReadings({ risk: null }), sampleHistory())).toBeNull()
})

it('counts what became of clusters of the same side and size', () => {
  const [short, long] = sampleReadings().clusters
  expect(short && fatesLike(short, sampleHistory())).toEqual({ turned: 1, ranThrough: 1, missed: 0, within: 0 })
  expect(long && fatesLike(long, sampleHistory())).toEqual({ turned: 0, ranThrough: 0, missed: 0, within: 0 })
  expect(short && fatesLike(short, null)).toBeNull()
})

it('puts each venue’s hours on its own scale', () => {
  const byHour = Array.from({ length: 24 }, (_, hour) => (hour === 3 ? 50 : hour === 7 ? 200 : hour < 12 ? 100 : null))
  const [row] = liquidityRows([
    { venue: 'a', byHour },
    { venue: 'none', byHour: byHour.map(() => null) },
  ])
  expect(row).toMatchObject({ venue: 'a', least: { hour: 3, usd: 50 }, most: { hour: 7, usd: 200 } })
  expect(row?.hours[3]).toEqual({ usd: 50, share: 0.25 })
  expect(row?.hours[20]).toBeNull()
  expect(liquidityRows([{ venue: 'none', byHour: byHour.map(() => null) }])).toEqual([])
})

it('lets nothing of what came after a moment be seen at it', () => {
  const history = sampleHistory()
  const at = history.to - 2 * 3_600_000
  const { history: known, whole } = knownBy(history, at)
  expect(whole).toBe(false)
  expect(known).toMatchObject({ to: at, risk: [history.risk[0]], breakouts: history.breakouts, moves: [history.moves[1]], earlier: [] })
  expect(knownBy(history, at - 1).history?.breakouts).toEqual([])
  expect(knownBy(history, history.to)).toEqual({ history, whole: true })
  expect(knownBy(history, null)).toEqual({ history, whole: true })
})

it('says nothing of a column that was still open at a moment', () => {
  const readings = sampleReadings()
  const end = readings.bucket + readings.bucketMs
  expect([saidBy(readings, end), saidBy(readings, null)]).toEqual([readings, readings])
  expect([saidBy(readings, end - 1), saidBy(null, end)]).toEqual([null, null])
})
