import type { MarketListing } from '../../venues/server/list-markets.ts'

interface Options<T> {
  read: () => Promise<T>
  /** another number whenever any picture has changed; undefined when that is not known for sure */
  versionOf: () => number | undefined
  /** however often columns come, the list is read at most this often */
  roundMs?: number
  /** prices and funding move without a column, though seldom */
  believeMs?: number
  now?: () => number
}

/**
 * The list of instruments for all viewers: what hundreds ask for when a column has closed is read once. The answer is never
 * older than what the asker may have been told; while columns come in quick succession it takes a moment instead.
 */
export class InstrumentList<T = MarketListing[]> {
  private readonly options: Required<Options<T>>
  private kept: { answer: Promise<T>; at: number; version: number } | null = null
  private next: Promise<T> | null = null

  constructor(options: Options<T>) {
    this.options = { roundMs: 500, believeMs: 10_000, now: Date.now, ...options }
  }

  read(): Promise<T> {
    const { now, read, versionOf, roundMs, believeMs } = this.options
    const version = versionOf()
    if (version === undefined) return read()
    const age = this.kept ? now() - this.kept.at : Number.POSITIVE_INFINITY
    if (this.kept && this.kept.version === version && age < believeMs) return this.kept.answer
    if (age >= roundMs) return this.fetch(version)
    this.next ??= new Promise((over) => setTimeout(over, roundMs - age)).then(() => {
      this.next = null
      return this.fetch(versionOf() ?? version)
    })
    return this.next
  }

  /** What was read before is not answered with any more: an instrument was made. */
  forget(): void {
    this.kept = null
  }

  private fetch(version: number): Promise<T> {
    const { now, read } = this.options
    const mine = { answer: read(), at: now(), version }
    this.kept = mine
    mine.answer.catch(() => {
      if (this.kept === mine) this.kept = null
    })
    return mine.answer
  }
}
