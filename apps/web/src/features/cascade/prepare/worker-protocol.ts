/** What the page and the worker say to each other, and who waits for whom: no browser in it. */
import type { CascadeMarket } from './market.ts'
import type { Scenario } from './scenario.ts'
import { type CascadeResult, simulate } from './simulate.ts'

export type ToWorker = { kind: 'market'; market: CascadeMarket } | { kind: 'run'; id: number; scenario: Scenario }
/** `result` null: no depth is known on that side. */
export type FromWorker = { kind: 'done'; id: number; result: CascadeResult | null } | { kind: 'failed'; id: number; message: string }

/** The worker's side: remembers the market, answers each run. */
export function makeAnswerer(post: (message: FromWorker) => void, now: () => number): (message: ToWorker) => void {
  let market: CascadeMarket | null = null
  return (message) => {
    if (message.kind === 'market') {
      market = message.market
      return
    }
    const { id, scenario } = message
    try {
      post({ kind: 'done', id, result: market && simulate(market, scenario, now) })
    } catch (error) {
      post({ kind: 'failed', id, message: error instanceof Error ? error.message : String(error) })
    }
  }
}

/**
 * The page's side: one run is on its way at most, and of those that were asked for meanwhile only the newest follows it. So results keep
 * coming while a slider moves, and none is computed that nobody wants any more.
 */
export class NewestWins {
  private readonly post: (message: ToWorker) => void
  private readonly heard: {
    result: (result: CascadeResult | null) => void
    failed: (message: string) => void
    running: (id: number | null) => void
  }
  private market: CascadeMarket | null = null
  private running: number | null = null
  private next: Scenario | null = null
  private lastId = 0
  /** answers up to this one are about a market that is no longer shown */
  private outdated = 0

  constructor(post: (message: ToWorker) => void, heard: NewestWins['heard']) {
    this.post = post
    this.heard = heard
  }

  ask(market: CascadeMarket, scenario: Scenario): void {
    if (market !== this.market) {
      this.market = market
      this.outdated = this.lastId
      this.post({ kind: 'market', market })
    }
    this.next = scenario
    if (this.running === null) this.go()
  }

  receive(message: FromWorker): void {
    if (message.id !== this.running) return
    this.running = null
    if (message.id > this.outdated) {
      if (message.kind === 'done') this.heard.result(message.result)
      else this.heard.failed(message.message)
    }
    this.go()
  }

  private go(): void {
    const scenario = this.next
    this.next = null
    if (scenario) this.running = ++this.lastId
    this.heard.running(this.running)
    if (!scenario) return
    this.post({ kind: 'run', id: this.lastId, scenario })
  }
}
