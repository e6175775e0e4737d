import type { SCORE_HORIZONS } from '../../score/server/schema.ts'
import type { Accuracy } from '../prepare/accuracy.ts'

export type Horizon = keyof typeof SCORE_HORIZONS

interface Options {
  read: (horizon: Horizon) => Promise<Accuracy>
  now?: () => number
}

interface Kept {
  accuracy: Accuracy
  /** until when it is served without a new look, and until when while one is on its way; ms */
  fresh: number
  usable: number
}

const KEEP_MS = 60_000
/** The database is kept busy for at most this share of the time. */
const MOST_BUSY = 0.1
/** What is this old is waited for, rather than shown. */
const USABLE_MS = 15 * 60_000
/** After a failure nobody asks again for so long. */
const REST_MS = 5_000

/**
 * The page is open to everybody: however many ask, the figures of a horizon are worked out by one at a time, at most once a minute and
 * less often where that takes long.
 */
export class AccuracyStore {
  private readonly options: Required<Options>
  private readonly kept = new Map<Horizon, Kept>()
  private readonly reading = new Map<Horizon, Promise<Accuracy>>()
  private readonly failed = new Map<Horizon, { error: unknown; until: number }>()
  /** the horizons are read one after the other */
  private queue: Promise<unknown> = Promise.resolve()

  constructor(options: Options) {
    this.options = { now: Date.now, ...options }
  }

  async read(horizon: Horizon): Promise<Accuracy> {
    const now = this.options.now()
    const kept = this.kept.get(horizon)
    if (kept && now < kept.fresh) return kept.accuracy
    const failed = this.failed.get(horizon)
    const usable = kept && now < kept.usable ? kept.accuracy : null
    if (failed && now < failed.until) {
      if (usable) return usable
      throw failed.error
    }
    const reading = this.reading.get(horizon) ?? this.begin(horizon)
    if (!usable) return reading
    // whoever comes later sees its outcome, and a failure is kept for them
    reading.catch(() => {})
    return usable
  }

  private begin(horizon: Horizon): Promise<Accuracy> {
    const reading = this.queue.then(() => this.fetch(horizon)).finally(() => this.reading.delete(horizon))
    this.reading.set(horizon, reading)
    this.queue = reading.catch(() => {})
    return reading
  }

  private async fetch(horizon: Horizon): Promise<Accuracy> {
    const { now, read } = this.options
    const began = now()
    try {
      const accuracy = await read(horizon)
      const done = now()
      this.kept.set(horizon, { accuracy, fresh: done + Math.max(KEEP_MS, (done - began) / MOST_BUSY), usable: done + USABLE_MS })
      this.failed.delete(horizon)
      return accuracy
    } catch (error) {
      this.failed.set(horizon, { error, until: now() + REST_MS })
      throw error
    }
  }
}
