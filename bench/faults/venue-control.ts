/** The simulated venue of a product from behind: its clock, its ledger, its faults, and the public answers to compare with. */
import { readFileSync } from 'node:fs'
import path from 'node:path'

export interface LedgerEntry {
  seq: number
  at: number
  time: number
  symbol: string
  delivered: number
  message: Record<string, unknown>
}
export interface VenueRequest {
  seq: number
  at: number
  path: string
  status: number
}
/** open time, open, high, low, close, volume, …, quote volume, trades, volume that takers bought */
export type Kline = (string | number)[]

const PAGE = 5_000
const KLINES = 1_500

export class VenueControl {
  private readonly rest: string
  private readonly control: string
  private speed = 1
  private sample = { wall: 0, venue: 0 }

  constructor(stateDir: string) {
    const { rest, control } = JSON.parse(readFileSync(path.join(stateDir, 'venue.json'), 'utf8')) as { rest: string; control: string }
    this.rest = rest
    this.control = control
  }

  /** Reads its clock; `now()` goes by it. */
  async look(): Promise<{ ready: boolean; symbols: string[] }> {
    const before = Date.now()
    const state = (await ask(`${this.control}/state`)) as { time: number; speed: number; instruments: { symbol: string; ready: boolean }[] }
    this.speed = state.speed
    this.sample = { wall: (before + Date.now()) / 2, venue: state.time }
    return { ready: state.instruments.every((i) => i.ready), symbols: state.instruments.map((i) => i.symbol) }
  }

  /** The venue's clock, UTC ms. */
  at(wall: number): number {
    return this.sample.venue + (wall - this.sample.wall) * this.speed
  }

  /** Our clock when the venue's is at `time`. */
  wallAt(time: number): number {
    return this.sample.wall + (time - this.sample.venue) / this.speed
  }

  async ledger(channel: string, symbol: string, closed = false): Promise<LedgerEntry[]> {
    const all: LedgerEntry[] = []
    for (let after = 0; ; ) {
      const query = new URLSearchParams({ channel, symbol, after: String(after), limit: String(PAGE), ...(closed ? { closed: '1' } : {}) })
      const { entries, next } = (await ask(`${this.control}/ledger?${query}`)) as { entries: LedgerEntry[]; next: number }
      all.push(...entries)
      if (entries.length < PAGE) return all
      after = next
    }
  }

  async requests(after: number): Promise<{ entries: VenueRequest[]; next: number }> {
    return (await ask(`${this.control}/requests?after=${after}&limit=${100_000}`)) as { entries: VenueRequest[]; next: number }
  }

  async fault(spec: { kind: string; seconds: number; [option: string]: unknown }): Promise<{ from: number; until: number }> {
    return (await ask(`${this.control}/faults`, { method: 'POST', body: JSON.stringify(spec) })) as { from: number; until: number }
  }

  async klines(symbol: string, from: number, to: number): Promise<Kline[]> {
    const all: Kline[] = []
    for (let start = from; start < to; ) {
      const query = new URLSearchParams({
        symbol,
        interval: '1m',
        startTime: String(start),
        endTime: String(to - 1),
        limit: String(KLINES),
      })
      const rows = (await ask(`${this.rest}/fapi/v1/klines?${query}`)) as Kline[]
      const last = rows.at(-1)
      if (!last) break
      all.push(...rows)
      start = Number(last[0]) + 60_000
    }
    return all
  }
}

async function ask(url: string, init: RequestInit = {}): Promise<unknown> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(20_000) })
  const body = await answer.text()
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${body.slice(0, 300)}`)
  return JSON.parse(body)
}
