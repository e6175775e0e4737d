import type { Column } from '@faultline/market/column'
import { FaultlineError } from '@faultline/market/errors'
import type { MarginTier } from '@faultline/market/instrument'
import { binOf } from '@faultline/market/price-grid'
import { DAY_MS } from '@faultline/market/units'
import { assertTiers } from '../margin/tiers.ts'
import { Book } from './book.ts'
import { type BucketInput, checkBucket } from './bucket-input.ts'
import { type EstimatorState, readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { leverageClasses } from './classes.ts'
import { Closing } from './closing.ts'
import { HeldBars } from './held-bars.ts'
import { fixedMultipliers, type Multipliers } from './multipliers.ts'
import { Opening } from './opening.ts'
import { PlaneReader } from './plane.ts'
import { Turnover } from './turnover.ts'

export type { BucketInput } from './bucket-input.ts'

/** Names the arithmetic. It changes whenever any byte of a column or a checkpoint may change. */
export const MODEL_VERSION = 'books-1'

export interface EstimatorConfig {
  bucketMs: number
  /** margin table of the instrument, lowest tier first */
  tiers: readonly MarginTier[]
}

/** Open interest below this many coins is none. */
const MIN_BASE = 1e-9

/**
 * The liquidation map of one instrument, stepped once per closed bucket. Pure: the same buckets give the same bytes, from the start or
 * from a checkpoint. What it computes: docs/method.md.
 */
export class Estimator {
  private readonly config: EstimatorConfig
  private readonly closing: Closing
  private readonly opening: Opening
  private readonly multipliers: Multipliers
  private readonly planes = new PlaneReader()
  private readonly state: EstimatorState

  /** FaultlineError `bad_input` when the bucket's length or the margin table is impossible. */
  constructor(config: EstimatorConfig) {
    if (!Number.isSafeInteger(config.bucketMs) || config.bucketMs <= 0)
      throw new FaultlineError('bad_input', `${config.bucketMs} is not a bucket length in milliseconds`, { place: { field: 'bucketMs' } })
    assertTiers(config.tiers)
    this.config = { bucketMs: config.bucketMs, tiers: config.tiers.map((tier) => ({ ...tier })) }
    const classes = leverageClasses(this.config.tiers)
    this.closing = new Closing(classes.leverage)
    this.opening = new Opening(classes)
    this.multipliers = fixedMultipliers(classes.count)
    this.state = {
      lastBucket: null,
      figure: null,
      held: new HeldBars(),
      turnover: new Turnover(),
      books: [new Book(classes, classes.long), new Book(classes, classes.short)],
    }
  }

  /** FaultlineError `bad_input` when the checkpoint is damaged or belongs to another model, bucket length or margin table. */
  static resume(config: EstimatorConfig, checkpoint: Uint8Array): Estimator {
    const estimator = new Estimator(config)
    readCheckpoint(checkpoint, { model: MODEL_VERSION, ...estimator.config }, estimator.state)
    return estimator
  }

  /** Start of the last bucket that was stepped. */
  get lastBucket(): number | null {
    return this.state.lastBucket
  }

  /** Base coin that the books hold, residual included; equal to the newest open interest after a step that brought one. */
  get totals(): { long: number; short: number } {
    const [long, short] = this.state.books
    return { long: long.total(), short: short.total() }
  }

  /**
   * One closed bucket. Buckets come in time order; skipped ones are a gap. FaultlineError `bad_input` on numbers that no market can have
   * shown; the state is then as it was.
   */
  step(input: BucketInput): void {
    const { bucketMs } = this.config
    const { state } = this
    checkBucket(input, bucketMs, state.lastBucket, state.figure?.time ?? null)
    const { bucketStart, open, high, low, close, volume, openInterest } = input

    const [long, short] = state.books
    long.sweep(binOf(low))
    short.sweep(binOf(high))
    state.turnover.observe(volume, bucketMs, state.lastBucket === null ? bucketMs : bucketStart - state.lastBucket)
    state.held.push(open, high, low, close, volume, bucketMs)
    state.lastBucket = bucketStart
    if (openInterest) this.explain(openInterest.time, openInterest.base, close)
  }

  /** State at the close of the last bucket; null until an open interest is known. */
  column(): Column | null {
    const { lastBucket, figure, books } = this.state
    if (lastBucket === null || figure === null) return null
    return {
      bucketStart: lastBucket,
      bucketMs: this.config.bucketMs,
      planes: { long: this.planes.read(books[0], this.multipliers.long), short: this.planes.read(books[1], this.multipliers.short) },
    }
  }

  /** Everything that further steps depend on. Taking one changes nothing. */
  checkpoint(): Uint8Array {
    return writeCheckpoint({ model: MODEL_VERSION, ...this.config }, this.state)
  }

  /** A new open-interest figure: close, open and balance, so that both sides explain it. */
  private explain(time: number, figure: number, price: number): void {
    const { state } = this
    const { held, turnover, figure: before } = state
    const base = figure < MIN_BASE ? 0 : figure
    const elapsedMs = before === null ? 0 : time - before.time
    const churn = before === null ? 0 : turnover.gross(before.base, base, elapsedMs, held.totalVolume(), held.coveredMs)
    const gained = (before === null ? 0 : Math.max(0, base - before.base)) + churn
    const newDay = before !== null && Math.floor(time / DAY_MS) !== Math.floor(before.time / DAY_MS)
    const bin = binOf(price)
    for (const book of state.books) {
      if (base === 0) book.clear()
      book.setBoundary(bin)
      if (base === 0) continue
      if (before === null) this.opening.spreadStock(book, price, base)
      else {
        // What was liquidated is gone already and counts as closed; where more went than was lost, others took it over.
        const standing = book.total()
        const opened = Math.max(gained, base - standing)
        this.closing.close(book, standing + opened - base)
        this.opening.open(book, held, opened)
        // Left when closing swept the book clean although a little had to stay: open interest fell by twelve digits.
        const left = book.total()
        if (left < base / 2) this.opening.open(book, held, base - left)
      }
      if (newDay) book.trim()
      book.scale(base / book.total())
    }
    held.clear()
    state.figure = { time, base }
  }
}
