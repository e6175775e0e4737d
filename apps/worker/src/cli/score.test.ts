import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { simulatedDump } from '@faultline/testkit/simulated-dump'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dumpFolder } from '../../test/dump-folder.ts'
import { estimateFiles } from '../../test/estimate-folder.ts'
import type { Progress } from './progress.ts'
import { runScore, type ScoreCommandOptions } from './score.ts'

async function score(options: ScoreCommandOptions) {
  let text = ''
  const notes: string[] = []
  const progress: Progress = { update: () => null, note: (note) => notes.push(note), finish: () => {} }
  await runScore(options, progress, (more) => {
    text += more
  })
  return { text, notes, report: JSON.parse(text) }
}

describe('score', () => {
  const root = mkdtempSync(join(tmpdir(), 'faultline-score-'))
  const folder = join(root, 'market')
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  beforeAll(async () => {
    await simulatedDump({ days: 2, seed: 5, intervalMs: 300_000, warmUpDays: 1 }, folder)
  })

  it('scores a folder with truth and prints, on one line with --json', async () => {
    const { text, notes, report } = await score({ dump: folder, json: true, fromDay: '1' })
    expect(notes).toEqual([])
    expect(text.trimEnd()).not.toContain('\n')
    expect(report).toMatchObject({ symbol: 'SIMUSDT', buckets: 576, from: '2026-01-02T00:00:00.000Z' })
    expect(report.truth.samples).toBe(50)
    expect(report.truth.map.emd.value).toBeGreaterThan(0.1)
    expect(report.truth.map.emd.value).toBeLessThan(report.truth.nulls.uniform.emd.value)
    const [quarter, hour] = report.prints.horizons
    // The last day holds 96 quarters of an hour; those that end after the last candle are not looked at.
    expect([quarter.outcomes, hour.outcomes]).toEqual([96, 93])
    expect(Object.keys(quarter.gain)).toEqual(['uniform', 'distanceOnly', 'stale', 'mirrored', 'ladder'])
    expect(quarter.events).toBeGreaterThan(50)
  })

  it('says so when the folder ends before anything is scored', async () => {
    const { notes, report } = await score({ dump: folder })
    expect(notes).toEqual([expect.stringMatching(/nothing was scored: the first 6 days .* --from-day/)])
    expect([report.truth.samples, report.truth.map]).toEqual([0, null])
  })

  it('takes other bins of distance, and the truth of the folder alone', async () => {
    const { report } = await score({ dump: folder, fromDay: '1', span: '0.4', bin: '0.005', smooth: '0.01' })
    expect(report.truth).toMatchObject({ span: 0.4, bin: 0.005, smooth: 0.01 })
    writeFileSync(
      join(folder, 'truth.csv'),
      `time,price,long,short\n${Date.UTC(2026, 0, 2, 12)},2900,5,0\n${Date.UTC(2026, 0, 2, 12, 1)},2900,5,0\n`,
    )
    const { report: one } = await score({ dump: folder, fromDay: '1' })
    expect([one.truth.samples, one.truth.skippedTimes]).toEqual([1, 1])
    writeFileSync(join(folder, 'truth.csv'), 'time,price,long,short\n1,2900,5,0\n2,2900,-5,0\n')
    await expect(score({ dump: folder })).rejects.toMatchObject({ place: { file: 'truth.csv', line: 3, field: 'long' } })
  })

  it('says what is missing, and what does not fit', async () => {
    await expect(score({ dump: dumpFolder(estimateFiles(10)) })).rejects.toThrow(/nothing to score against/)
    await expect(score({ dump: folder, span: '2' })).rejects.toThrow(/--span: 2 does not fit/)
    await expect(score({ dump: folder, span: '0.01' })).rejects.toThrow(/fewer than ten bins/)
    await expect(score({ dump: folder, fromDay: 'x' })).rejects.toThrow(/--from-day: x/)
  })
})
