import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readFeedStates, writeFeedStates } from '@faultline/db/repositories/feed-states'
import { startChaosProxy } from '@faultline/testkit/chaos-proxy'
import { START } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { expect, it, vi } from 'vitest'
import { atEnd, freshFolder, type Held, holdInstrument, openIngest, storedTimes } from '../../test/ingest-setup.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })
const t = freshDatabase()
const child = path.resolve(import.meta.dirname, '../../test/spool-child.ts')

/** Starts the process; `last` is what it said last, `until` resolves when it said at least this. */
function start(url: string, spoolDir: string, held: Held, first: number) {
  const running: ChildProcess = spawn(process.execPath, [child, url, spoolDir, JSON.stringify(held), String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  atEnd(() => void running.kill('SIGKILL'))
  let last = -1
  let rest = ''
  running.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() as string
    for (const line of lines) last = Number(line.slice('last '.length))
  })
  return {
    get last() {
      return last
    },
    until: (at: number) => expect.poll(() => last, { timeout: 60_000, interval: 5 }).toBeGreaterThanOrEqual(at),
    async kill() {
      const gone = new Promise((resolve) => running.once('exit', resolve))
      running.kill('SIGKILL')
      await gone
    },
  }
}

it('loses nothing that was acknowledged, and stores nothing twice, whenever it is killed', async () => {
  const proxy = await startChaosProxy(t.appUrl)
  atEnd(() => proxy.close())
  const spoolDir = freshFolder()
  const held = await holdInstrument(t.db)
  await writeFeedStates(t.db.pool, [
    {
      instrumentId: held.id,
      dataSourceId: held.dataSourceId,
      state: 'live',
      message: null,
      channels: {},
      backfill: null,
      worker: 'before',
    },
  ])
  let first = 0
  // Away throughout; away and back while it runs; away again, with a record that was being written at the end.
  for (const round of ['away', 'back', 'torn']) {
    if (round !== 'back') proxy.refuse()
    const running = start(proxy.through(t.appUrl), spoolDir, held, first)
    await running.until(first + 50)
    if (round === 'back') {
      proxy.refuse()
      await running.until(running.last + 100)
      proxy.restore()
      await sleep(400)
    }
    await running.kill()
    const acknowledged = running.last
    if (round === 'torn') appendFileSync(path.join(spoolDir, lastFile(spoolDir)), Buffer.from([200, 0, 0, 0, 1, 2, 3, 4, 123, 125]))
    proxy.restore()
    const { ingest, said } = await openIngest({ db: t.db, spoolDir })
    await ingest.caughtUp()
    await ingest.close()
    if (round === 'torn') expect(said.join('\n')).toContain('10 bytes of a record that was never finished')
    const stored = (await storedTimes(t.db, 'open_interest', held.id)).filter((at) => at >= first)
    expect(stored).toEqual(Array.from({ length: stored.length }, (_, i) => first + i))
    expect(stored.at(-1)).toBeGreaterThanOrEqual(acknowledged)
    const covered = (await readFeedStates(t.db, [held.id]))[0]?.channels.openInterest?.coveredTo ?? 0
    expect(covered - START).toBeLessThanOrEqual((stored.at(-1) as number) + 1)
    // while it was away, coverage went to disk with what it covers
    if (round !== 'back') expect(covered - START).toBeGreaterThan(acknowledged)
    expect(readdirSync(spoolDir)).toEqual([])
    // The next process sends other events: those that were accepted and not acknowledged are of no interest.
    first = (stored.at(-1) as number) + 1_000
  }
})

const lastFile = (dir: string): string =>
  readdirSync(dir)
    .filter((name) => name.endsWith('.spool'))
    .sort()
    .at(-1) as string
