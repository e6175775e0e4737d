import { describe, expect, it } from 'vitest'
import { RecordingSink } from '../../test/fake-feed.ts'
import { START } from '../../test/feed-harness.ts'
import { ManualClock } from '../../test/manual-clock.ts'
import { Coverage } from './coverage.ts'

function coverageOf(coveredTo: number | null, recoverable = true) {
  const clock = new ManualClock(START)
  const sink = new RecordingSink(clock)
  const options = { instrumentId: 1, channel: 'candle', sink, clock, recoverable, tellAfterMs: 3_000, coveredTo } as const
  return { clock, sink, coverage: new Coverage(options) }
}

describe('coverage of a channel', () => {
  it('is told once a second at most, and never goes back', async () => {
    const { clock, sink, coverage } = coverageOf(null)
    for (let i = 0; i < 100; i++) {
      coverage.advance(START + i * 100 - (i % 3) * 50)
      coverage.tick(null)
      await clock.advance(100)
    }
    const times = sink.covers.map((c) => c.at)
    expect(times.length).toBe(10)
    for (let i = 1; i < times.length; i++) expect((times[i] as number) - (times[i - 1] as number)).toBeGreaterThanOrEqual(1_000)
    const told = sink.covers.map((c) => c.to)
    expect([...told].sort((a, b) => a - b)).toEqual(told)
  })

  it('says nothing of a moment that the outage ended before it was told, but enters it', async () => {
    const { clock, sink, coverage } = coverageOf(START)
    coverage.lose('cut', clock.monotonic())
    await clock.advance(2_000)
    coverage.tick(START + 2_000)
    expect(sink.gaps).toEqual([])
    coverage.resume(START + 2_000)
    expect(sink.ledger(1)).toMatchObject([{ from: START, to: START + 2_000, status: 'open', reason: 'cut' }])
    expect(coverage.coveredTo).toBe(START + 2_000)
  })

  it('enters an outage after three seconds, lengthens it every five, and sets its end', async () => {
    const { clock, sink, coverage } = coverageOf(START, false)
    coverage.lose('cut', clock.monotonic())
    for (let ms = 0; ms < 20_000; ms += 250) {
      await clock.advance(250)
      coverage.tick(START + clock.monotonic())
    }
    expect(sink.gaps.map((g) => g.at)).toEqual([3_000, 8_000, 13_000, 18_000])
    expect(sink.gaps.map((g) => g.to - START)).toEqual([2_000, 7_000, 12_000, 17_000])
    coverage.resume(START + 20_300)
    expect(sink.ledger(1)).toMatchObject([{ from: START, to: START + 20_300, status: 'unrecoverable' }])
  })

  it('misses nothing where nothing was ever covered', () => {
    const { sink, coverage } = coverageOf(null)
    coverage.lose('cut', 0)
    expect(coverage.missingSince).toBeNull()
    coverage.resume(START + 60_000)
    coverage.advance(START + 60_000)
    expect(sink.gaps).toEqual([])
    expect(coverage.coveredTo).toBe(START + 60_000)
  })

  it('does not move while something is missing', () => {
    const { sink, coverage } = coverageOf(START)
    coverage.lose('cut', 0)
    coverage.advance(START + 5_000)
    coverage.tick(null)
    coverage.tell()
    expect(coverage.coveredTo).toBe(START)
    expect(sink.covers).toEqual([])
  })

  it('takes a pause between polls for none, unless it was told before', async () => {
    const { clock, sink, coverage } = coverageOf(START)
    coverage.lose('polls', 0)
    coverage.resume(START + 60_000, 60_000)
    expect(sink.gaps).toEqual([])
    coverage.lose('polls', 0)
    coverage.resume(START + 120_001, 60_000)
    expect(sink.ledger(1)).toHaveLength(1)
    coverage.lose('polls', 0)
    await clock.advance(4_000)
    coverage.tick(START + 150_000)
    coverage.resume(START + 160_000, 60_000)
    expect(sink.ledger(1).at(-1)).toMatchObject({ from: START + 120_001, to: START + 160_000 })
  })

  it('has no gap where what was missing was fetched', () => {
    const { sink, coverage } = coverageOf(START)
    coverage.lose('nobody listened', 0)
    coverage.bridge(START + 900_000)
    expect(sink.gaps).toEqual([])
    expect(coverage.coveredTo).toBe(START + 900_000)
  })
})
