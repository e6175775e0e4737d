import { expect, it, vi } from 'vitest'
import * as csv from '../prepare/csv.ts'
import { accuracy } from '../prepare/samples.ts'
import { ScoreFiles } from './score-files.ts'

it('writes a table once for the same figures, and anew for newer ones', () => {
  const write = vi.spyOn(csv, 'scoreTable')
  const files = new ScoreFiles()
  const [quarter, hour] = [accuracy({ horizonMs: 900_000 }), accuracy()]
  const text = files.read('markets', [quarter, hour])
  expect(text).toBe(csv.csvOf(csv.scoreTable('markets', [quarter, hour])))
  write.mockClear()
  expect(files.read('markets', [quarter, hour])).toBe(text)
  expect(write).not.toHaveBeenCalled()
  files.read('markets', [quarter, accuracy()])
  files.read('days', [quarter, hour])
  expect(write).toHaveBeenCalledTimes(2)
})
