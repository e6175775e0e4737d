import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { LiveEvent } from '@faultline/db/repositories/live-events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Backlog } from './backlog.ts'
import { Batch } from './batch.ts'
import { Spool } from './spool.ts'

// Every record waits for the disk, which others may be using.
vi.setConfig({ testTimeout: 60_000 })

let dir = ''
let spool: Spool
let said: string[] = []
const stop = new AbortController()
beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'faultline-backlog-'))
  said = []
  spool = await Spool.open({ dir, capBytes: 4_000, log: (line) => said.push(line) })
})
afterEach(async () => {
  await spool.close()
  rmSync(dir, { recursive: true, force: true })
})

const instrument = { instrumentId: 1, dataSourceId: 9, epoch: 3 }
const interest = (time: number): LiveEvent => ({ type: 'openInterest', time, openInterest: 1 })
const make = () =>
  new Backlog({
    spool,
    maxBatch: 1,
    spoolCapBytes: 4_000,
    log: (line) => said.push(line),
    pause: () => new Promise((resolve) => setTimeout(resolve, 5)),
    stopped: stop.signal,
    wake: () => undefined,
  })
/** As accepting does it with batches of one event. */
function accept(backlog: Backlog, ...times: number[]): void {
  for (const time of times) {
    backlog.open.add(instrument, interest(time))
    backlog.closeOpen()
  }
}
const timesOf = (batch: Batch | null) => batch?.rows.map(({ event }) => (event.type === 'openInterest' ? event.time : null)) ?? null
async function spooled(): Promise<unknown[]> {
  const all: unknown[] = []
  for (let payload = await spool.peek(); payload; payload = await spool.peek()) {
    all.push(...(timesOf(Batch.decode(payload)) ?? []))
    await spool.take()
  }
  return all
}

describe('the backlog', () => {
  it('hands out batches in order while the database takes them', () => {
    const backlog = make()
    accept(backlog, 1, 2)
    expect(timesOf(backlog.begin())).toEqual([1])
    expect(backlog.pending.length).toBe(2)
    backlog.finished(true)
    expect(timesOf(backlog.begin())).toEqual([2])
    backlog.finished(true)
    expect([backlog.begin(), backlog.pending, backlog.behind]).toEqual([null, [], false])
  })

  it('puts what could not be written on disk before what came after it', async () => {
    const backlog = make()
    accept(backlog, 1, 2)
    backlog.begin()
    accept(backlog, 3)
    backlog.finished(false)
    accept(backlog, 4)
    await backlog.idle()
    expect([backlog.behind, backlog.pending, backlog.counts.spooled]).toEqual([true, [], 4])
    expect(await spooled()).toEqual([1, 2, 3, 4])
    expect(backlog.catchUp()).toBe(true)
    expect(backlog.behind).toBe(false)
  })

  it('does the same with what is still being written when too much waits', async () => {
    const backlog = make()
    accept(backlog, 1)
    const writing = backlog.begin() as Batch
    accept(backlog, 2, 3, 4, 5, 6, 7, 8, 9, 10)
    expect([backlog.behind, said]).toEqual([true, [expect.stringContaining('slower')]])
    await backlog.idle()
    await writing.settled
    // it fails in the end, and is on disk already
    backlog.finished(false)
    await backlog.idle()
    expect(await spooled()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('writes live again only when nothing is on its way to disk', async () => {
    const backlog = make()
    backlog.fallBehind()
    accept(backlog, 1)
    expect(backlog.catchUp()).toBe(false)
    await backlog.idle()
    expect(backlog.catchUp()).toBe(true)
  })

  it('drops what has no room anywhere, and never what is being written', async () => {
    const backlog = make()
    accept(backlog, 1)
    backlog.begin()
    await spool.append(Buffer.alloc(3_900))
    backlog.fallBehind()
    accept(backlog, 2, 3)
    await backlog.idle()
    expect(backlog.counts).toEqual({ spooled: 0, dropped: 2 })
    expect(backlog.open.gaps).toMatchObject([{ channel: 'openInterest', from: 2, to: 4, status: 'open' }])
    backlog.finished(true)
    expect(backlog.open.gaps).toHaveLength(1)
    expect(said).toEqual([expect.stringContaining('no room')])
  })

  it('goes on without a disk when the database takes what waits', async () => {
    rmSync(dir, { recursive: true })
    const backlog = make()
    backlog.fallBehind()
    accept(backlog, 1, 2)
    await expect.poll(() => backlog.catchUp(), { interval: 1, timeout: 20_000 }).toBe(true)
    expect(timesOf(backlog.begin())).toEqual([1])
    backlog.finished(true)
    await backlog.idle()
    expect(timesOf(backlog.begin())).toEqual([2])
    backlog.finished(false)
    mkdirSync(dir)
    await backlog.idle()
    expect(await spooled()).toEqual([2])
    expect(said[0]).toMatch(/cannot be written/)
  })
})
