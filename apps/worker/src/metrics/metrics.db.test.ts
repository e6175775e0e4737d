import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ensureDataSource } from '@faultline/db/repositories/data-sources'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { startTestVenue } from '@faultline/testkit/simulated-venue'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Worker } from '../live/worker.ts'
import { serveMetrics } from './serve-metrics.ts'
import { WorkerMetrics } from './worker-metrics.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })
const t = freshDatabase()
const folder = mkdtempSync(path.join(tmpdir(), 'faultline-metrics-'))
let venue: Awaited<ReturnType<typeof startTestVenue>>
beforeAll(async () => {
  venue = await startTestVenue({ speed: 30 })
})
afterAll(async () => {
  await venue.close()
  rmSync(folder, { recursive: true, force: true })
})

/** `name{a="1",b="2"} 3` as `name a=1 b=2` → 3. */
function samplesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const [, name = '', labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
      return [[name, ...labels.split(',').filter(Boolean)].join(' ').replaceAll('"', ''), Number(value)]
    }),
  )
}

it('are told over HTTP while a worker feeds, and name neither addresses nor symbols', async () => {
  const { id } = await ensureDataSource(t.db, {
    name: 'Simulated market',
    venue: 'simulated',
    restUrl: venue.rest,
    wsUrl: venue.ws,
    options: { backfillDays: 0.05, openInterestPollMs: 500 },
  })
  const metrics = new WorkerMetrics()
  const server = await serveMetrics(metrics, { port: 0, host: '127.0.0.1' })
  const said: string[] = []
  const worker = new Worker({ db: t.db, stateDir: folder, addresses: {}, log: (line) => void said.push(line), metrics })
  await worker.start()
  const read = async (): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toContain('text/plain')
    return answer.text()
  }
  const source = `venue=simulated source=${id}`
  const end = Date.now() + 60_000
  let text = ''
  let samples = new Map<string, number>()
  const wanted = [
    `faultline_feed_messages_total ${source} channel=markPrice`,
    `faultline_feed_events_total ${source} channel=candle`,
    `faultline_feed_events_total ${source} channel=openInterest`,
    `faultline_columns_total ${source}`,
    `faultline_column_delay_seconds_count ${source}`,
    `faultline_backfill_windows_total ${source} outcome=stored`,
    'faultline_commit_lag_seconds_count',
    'faultline_ingest_inserted_total',
    'faultline_spool_cap_bytes',
    `faultline_request_weight_used ${source}`,
    `faultline_feed_sockets_open ${source}`,
    `faultline_lines ${source} state=live`,
    `faultline_feed_channels ${source} channel=candle state=fresh`,
    'process_resident_memory_bytes',
  ]
  const missing = (): string[] => wanted.filter((name) => !((samples.get(name) ?? 0) > 0))
  do {
    await new Promise((resolve) => setTimeout(resolve, 200))
    text = await read()
    samples = samplesOf(text)
    if (Date.now() > end) throw new Error(`waited in vain for ${missing().join('\n')}\n${said.join('\n')}`)
  } while (missing().length > 0)
  expect(samples.get(`faultline_ban_seconds ${source}`)).toBe(0)
  expect(samples.get('faultline_ingest_dropped_total')).toBe(0)
  expect(samples.get(`faultline_feed_silence_seconds ${source} channel=candle`)).toBeGreaterThanOrEqual(0)
  for (const secret of ['127.0.0.1', 'USDT', venue.rest]) expect(text).not.toContain(secret)

  await worker.stop()
  const after = samplesOf(await read())
  expect([...after.keys()].filter((name) => name.startsWith('faultline_lines') || name.startsWith('faultline_feed_silence'))).toEqual([])
  expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(404)
  expect((await fetch(`http://127.0.0.1:${server.port}/metrics`, { method: 'POST' })).status).toBe(405)
  await expect(serveMetrics(metrics, { port: server.port, host: '127.0.0.1' })).rejects.toMatchObject({ code: 'unavailable' })
  await server.close()
})
