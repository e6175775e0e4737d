import { expect, it } from 'vitest'
import type { ProgressNews } from '../../stream/server/news.ts'
import { SampleRunner } from './sample-runner.ts'

const runner = (script: string, news: ProgressNews | null = null) =>
  new SampleRunner({
    root: undefined,
    command: [process.execPath, '-e', script],
    latestProgress: (_, accepts) => (news && accepts(news) ? news : null),
  })
const WAIT_FOR_EVER = 'setInterval(() => {}, 1000)'
const progress: ProgressNews = { job: 'import', instrumentKey: 'simulated:SIMUSDT', phase: 'columns', done: 3, total: 9, etaMs: 500 }

it('runs one at a time and shows its progress', async () => {
  const sample = runner(WAIT_FOR_EVER, progress)
  expect(sample.status()).toEqual({ running: false, phase: null, done: null, total: null, etaMs: null })
  expect(sample.start()).toEqual({ running: true, phase: 'columns', done: 3, total: 9, etaMs: 500 })
  expect(() => sample.start()).toThrow(expect.objectContaining({ code: 'conflict' }))
  await sample.close()
  expect(sample.status().running).toBe(false)
})

it('does not show the progress of a real market as its own', async () => {
  const sample = runner(WAIT_FOR_EVER, { ...progress, instrumentKey: 'binance-usdm:BTCUSDT' })
  sample.start()
  expect(sample.status()).toMatchObject({ running: true, phase: null })
  await sample.close()
})

it('keeps the last lines of what went wrong, and can be started again', async () => {
  const sample = runner(`process.stderr.write('10 %\\r20 %\\r\\n\\nklines.csv:7, field close: not a number\\n'); process.exit(1)`)
  sample.start()
  await expect.poll(() => sample.status().running, { timeout: 5_000 }).toBe(false)
  expect(sample.status().error).toBe('20 %\nklines.csv:7, field close: not a number')
  sample.start()
  expect(sample.status().error).toBeUndefined()
  await sample.close()
})

it('repeats what the simulator says while there is nothing in the database yet', async () => {
  const sample = runner(`process.stderr.write('simulating: 10 %\\rsimulating: 62 %, 4 s left'); ${WAIT_FOR_EVER}`)
  sample.start()
  await expect.poll(() => sample.status().phase, { timeout: 5_000 }).toBe('simulating: 62 %, 4 s left')
  await sample.close()
  expect(sample.status().phase).toBeNull()
})

it('says how it ended when it said nothing', async () => {
  const sample = runner('process.exit(3)')
  sample.start()
  await expect.poll(() => sample.status().error, { timeout: 5_000 }).toBe('Making the sample market ended with exit code 3.')
})

it('says what to set when the command line is not known', () => {
  const sample = new SampleRunner({ root: undefined, latestProgress: () => null })
  expect(() => sample.start()).toThrow(/FAULTLINE_ROOT/)
})

it('is told by its own channel when the server is gone', async () => {
  const sample = runner(`process.on('disconnect', () => process.exit(0)); process.stderr.write(String(process.connected))`)
  sample.start()
  await sample.close()
  expect(sample.status().running).toBe(false)
})
