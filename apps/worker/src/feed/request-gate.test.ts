import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { httpRefusal } from '../venues/carrier/answers.ts'
import { BanFile } from './ban-file.ts'
import { type Priority, RequestGate } from './request-gate.ts'
import { FeedError } from './venue-feed.ts'

const NOW = Date.UTC(2026, 2, 1, 12)
const MINUTE = 60_000
const LIMITS = { weight: { limit: 100, windowMs: MINUTE }, statistics: { limit: 10, windowMs: 5 * MINUTE } }
let folder: string
let lines: string[]

beforeEach(() => {
  vi.useFakeTimers({ now: NOW })
  folder = mkdtempSync(path.join(tmpdir(), 'faultline-gate-'))
  lines = []
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true })
})

/** A new one knows of the others what stands in the file: as after a restart. */
const gateOf = (host = 'venue.test') =>
  new RequestGate({ host, banFile: new BanFile(path.join(folder, 'bans.json')), limits: LIMITS, log: (line) => lines.push(line) })
type Gate = ReturnType<typeof gateOf>

/** As a venue says it by status and Retry-After. */
function refusedBy(gate: Gate, status: 429 | 418, retryAfter: string | undefined): FeedError {
  const headers: Record<string, string> = retryAfter === undefined ? {} : { 'Retry-After': retryAfter }
  const refusal = httpRefusal({ status, headers, url: '', body: '', parsed: {} })
  if (refusal?.code !== 'blocked') throw new Error(`${status} is no wish to be left alone`)
  return gate.refused(refusal)
}

/** Requests whose answers a test gives when it likes. */
function requests(gate: Gate) {
  const sent: string[] = []
  const answers = new Map<string, { ok: () => void; fail: (error: Error) => void }>()
  return {
    sent,
    ask: (name: string, priority: Priority = 'live', costs: { weight?: number; statistics?: number } = { weight: 1 }) => {
      const answer = gate.run(priority, costs, () => {
        sent.push(name)
        return new Promise<string>((resolve, reject) => answers.set(name, { ok: () => resolve(name), fail: reject }))
      })
      answer.catch(() => undefined)
      return answer
    },
    answer: async (name: string) => {
      answers.get(name)?.ok()
      await vi.advanceTimersByTimeAsync(0)
    },
    refuse: async (name: string, status: 429 | 418, retryAfter?: string) => {
      answers.get(name)?.fail(refusedBy(gate, status, retryAfter))
      await vi.advanceTimersByTimeAsync(0)
    },
  }
}
const settled = () => vi.advanceTimersByTimeAsync(0)
const blocked = (until: number) => expect.objectContaining({ name: 'FeedError', code: 'blocked', until })

describe('order', () => {
  it('sends polls before history, and keeps a place free for them', async () => {
    const r = requests(gateOf())
    for (const name of ['h1', 'h2', 'h3', 'h4', 'h5']) r.ask(name, 'history')
    await settled()
    expect(r.sent).toEqual(['h1', 'h2', 'h3'])
    for (const name of ['p1', 'p2']) r.ask(name)
    await settled()
    expect(r.sent).toEqual(['h1', 'h2', 'h3', 'p1'])
    await r.answer('h1')
    expect(r.sent.slice(4)).toEqual(['p2'])
    await r.answer('p1')
    await r.answer('p2')
    expect(r.sent.slice(5)).toEqual(['h4'])
  })

  it('gives each its own answer or error, and goes on after an error', async () => {
    const gate = gateOf()
    await expect(gate.run('live', { weight: 1 }, async () => 7)).resolves.toBe(7)
    await expect(gate.run('live', {}, async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    const thrower = () => {
      throw new Error('at once')
    }
    for (let i = 0; i < 5; i++) await expect(gate.run('live', {}, thrower)).rejects.toThrow('at once')
    await expect(gate.run('live', {}, async () => 8)).resolves.toBe(8)
  })

  it('rejects what waits when it is closed, and what comes after', async () => {
    const gate = gateOf()
    const r = requests(gate)
    const under = r.ask('under way', 'history', { weight: 50 })
    const waiting = r.ask('waiting', 'history', { weight: 50 })
    gate.close()
    await expect(waiting).rejects.toMatchObject({ code: 'unreachable', message: 'the feed was closed' })
    await expect(r.ask('after')).rejects.toMatchObject({ code: 'unreachable' })
    await r.answer('under way')
    await expect(under).resolves.toBe('under way')
    expect(r.sent).toEqual(['under way'])
  })
})

describe('pace', () => {
  it('waits instead of using more than its share, and leaves polls what history may not take', async () => {
    const r = requests(gateOf())
    const page = async (name: string) => {
      r.ask(name, 'history', { weight: 20 })
      await settled()
      await r.answer(name)
    }
    await page('h1')
    await vi.advanceTimersByTimeAsync(10_000)
    await page('h2')
    await page('h3')
    r.ask('p1', 'live', { weight: 20 })
    await settled()
    expect(r.sent).toEqual(['h1', 'h2', 'p1'])
    await r.answer('p1')
    await vi.advanceTimersByTimeAsync(49_999)
    expect(r.sent).toHaveLength(3)
    // A minute after h1 the sixty in use have become forty, and history may use fifty: ten seconds later it fits.
    await vi.advanceTimersByTimeAsync(10_001)
    expect(r.sent).toEqual(['h1', 'h2', 'p1', 'h3'])
  })

  it('holds each limit by itself', async () => {
    const r = requests(gateOf())
    for (let i = 0; i < 8; i++) {
      r.ask(`s${i}`, 'live', { statistics: 1 })
      await r.answer(`s${i}`)
    }
    expect(r.sent).toHaveLength(6)
    r.ask('weight', 'history', { weight: 1 })
    await settled()
    expect(r.sent.at(-1)).toBe('weight')
    await vi.advanceTimersByTimeAsync(5 * MINUTE - 1)
    expect(r.sent).toHaveLength(7)
    await vi.advanceTimersByTimeAsync(1)
    expect(r.sent.slice(7)).toEqual(['s6', 's7'])
  })

  it('believes the venue when others use the same address', async () => {
    const gate = gateOf()
    const r = requests(gate)
    expect(gate.used('weight')).toBeNull()
    gate.tell('weight', 60)
    expect(gate.used('weight')).toEqual({ used: 60, limit: 100 })
    r.ask('poll')
    await vi.advanceTimersByTimeAsync(MINUTE - 1)
    expect(r.sent).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(r.sent).toEqual(['poll'])
    gate.setLimit('weight', 6_000)
    expect(gate.used('weight')).toEqual({ used: 60, limit: 6_000 })
  })
})

describe('a venue that tells us to wait', () => {
  it('is not asked before the time in Retry-After, and what waits is told at once', async () => {
    const r = requests(gateOf())
    const first = r.ask('first')
    for (const name of ['h1', 'h2', 'h3', 'h4']) r.ask(name, 'history')
    const waiting = r.ask('h5', 'history')
    await settled()
    const sent = r.sent.length
    await r.refuse('first', 429, '30')
    const until = NOW + 31_000
    await expect(first).rejects.toEqual(blocked(until))
    await expect(waiting).rejects.toEqual(blocked(until))
    expect(lines).toEqual([`venue.test answered 429: nothing is asked before ${new Date(until).toISOString()}`])

    await vi.advanceTimersByTimeAsync(30_999)
    await expect(r.ask('early')).rejects.toEqual(blocked(until))
    expect(r.sent).toHaveLength(sent)
    await vi.advanceTimersByTimeAsync(1)
    r.ask('late')
    await settled()
    expect(r.sent).toHaveLength(sent + 1)
  })

  it('is not asked by the next process either, unless it is another host', async () => {
    await expect(Promise.reject(refusedBy(gateOf(), 418, '600'))).rejects.toEqual(blocked(NOW + 601_000))
    await expect(requests(gateOf()).ask('after a restart')).rejects.toEqual(blocked(NOW + 601_000))
    const other = requests(gateOf('other.test'))
    other.ask('elsewhere')
    await settled()
    expect(other.sent).toEqual(['elsewhere'])
  })

  it('is not asked by a process that was there before', async () => {
    const [one, two] = [gateOf(), gateOf()]
    const r = requests(two)
    r.ask('before')
    await settled()
    refusedBy(one, 429, '10')
    await expect(r.ask('after')).rejects.toEqual(blocked(NOW + 11_000))
    expect(r.sent).toEqual(['before'])
  })

  it('means a minute when a 429 does not say how long', () => {
    expect(refusedBy(gateOf(), 429, undefined).until).toBe(NOW + MINUTE)
    expect(refusedBy(gateOf('b'), 429, 'soon').until).toBe(NOW + MINUTE)
    expect(refusedBy(gateOf('c'), 429, new Date(NOW + 20_000).toUTCString()).until).toBe(NOW + 21_000)
  })

  it('means twice as long with each 418 that does not say how long, up to three days', () => {
    const gate = gateOf()
    const lengths = []
    for (let i = 0; i < 14; i++) {
      const until = refusedBy(gate, 418, undefined).until ?? 0
      lengths.push((until - Date.now()) / MINUTE)
      vi.setSystemTime(until)
    }
    expect(lengths.slice(0, 5)).toEqual([2, 4, 8, 16, 32])
    expect(lengths.at(-1)).toBe(3 * 24 * 60)
    gate.accepted()
    expect(refusedBy(gate, 418, undefined).until).toBe(Date.now() + 2 * MINUTE)
  })

  it('is one ban when several requests under way meet it, and the longest of what they were told', () => {
    const gate = gateOf()
    expect(refusedBy(gate, 418, undefined).until).toBe(NOW + 2 * MINUTE)
    expect(refusedBy(gate, 418, undefined).until).toBe(NOW + 2 * MINUTE)
    expect(refusedBy(gate, 429, '10').until).toBe(NOW + 2 * MINUTE)
    vi.setSystemTime(NOW + 2 * MINUTE)
    expect(refusedBy(gate, 418, undefined).until).toBe(NOW + 6 * MINUTE)
    vi.setSystemTime(NOW)
    expect(refusedBy(gate, 418, '600').until).toBe(NOW + 601_000)
    expect(refusedBy(gate, 429, '9999999999').until).toBe(NOW + 3 * 24 * 60 * MINUTE)
  })
})

it('an error of the gate is an error of the feed', () => {
  expect(refusedBy(gateOf(), 429, '1')).toBeInstanceOf(FeedError)
})
