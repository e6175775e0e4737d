import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { LRUCache } from 'lru-cache'
import { Lanes } from '../../../server/lanes.ts'
import type { HeatmapView, HeatmapViewInput } from './schema.ts'

const zip = promisify(gzip)

export interface PackedView {
  /** JSON of the view */
  readonly gzip: Buffer
  /** quoted, as the header has it */
  readonly etag: string
}

interface Options {
  read: (input: HeatmapViewInput) => Promise<HeatmapView>
  /** another text whenever the picture of an instrument has changed; undefined when that is not known for sure */
  versionOf: (instrumentKey: string) => string | undefined
  /** room for views in memory */
  maxBytes?: number
  now?: () => number
}

interface Kept {
  version: string
  at: number
  view: HeatmapView
  packed: Promise<PackedView> | null
}

/** An import may add to the past of a market without a new column: that is seen after so long at the latest. */
const BELIEVE_MS = 60_000
const STRETCHES_AT_ONCE = 3
const STRETCHES_WAITING = 128
/** One number in a row of a view takes about so much, as a value and in the packed text together. */
const BYTES_PER_NUMBER = 16

/**
 * Views for all viewers: what hundreds ask for when a column has closed is read and packed once. A view is kept as long as
 * its instrument has no newer column, no other build and no other gaps.
 */
export class ViewStore {
  private readonly options: Required<Options>
  private readonly kept: LRUCache<string, Kept>
  /** Ranges are shared by all who look; of stretches everybody may choose their own, and the database answers so many at a time. */
  private readonly stretches = new Lanes(STRETCHES_AT_ONCE, STRETCHES_WAITING)
  private readonly reading = new Map<string, Promise<Kept>>()

  constructor(options: Options) {
    this.options = { maxBytes: 48 * 1024 * 1024, now: Date.now, ...options }
    this.kept = new LRUCache({ maxSize: this.options.maxBytes, sizeCalculation: ({ view }) => sizeOf(view) })
  }

  /** @throws FaultlineError not_found when there is no such instrument or it has no column yet */
  async read(input: HeatmapViewInput): Promise<HeatmapView> {
    return (await this.find(input)).view
  }

  /** The same as compressed JSON, packed once for all who ask. */
  async readPacked(input: HeatmapViewInput): Promise<PackedView> {
    const kept = await this.find(input)
    kept.packed ??= pack(kept.view)
    return kept.packed
  }

  private async find(input: HeatmapViewInput): Promise<Kept> {
    const { range, resolution = '', window } = input
    const key = `${range} ${resolution} ${window ? `${window.from}-${window.to}` : ''} ${input.instrument}`
    const version = this.options.versionOf(input.instrument)
    const known = this.kept.get(key)
    if (known && known.version === version && this.options.now() - known.at < BELIEVE_MS) return known
    // the version is part of the question: who asks after a notice must not get what was read before it
    const question = `${key} ${version}`
    const running = this.reading.get(question)
    if (running) return running
    const answer = this.fetch(key, input, version).finally(() => this.reading.delete(question))
    this.reading.set(question, answer)
    return answer
  }

  private async fetch(key: string, input: HeatmapViewInput, version: string | undefined): Promise<Kept> {
    const at = this.options.now()
    const read = () => this.options.read(input)
    const view = await (input.window ? this.stretches.run(read) : read())
    // it is kept under the version that was known BEFORE it was read: it may be newer than that, never older
    const kept: Kept = { version: version ?? '', at, view, packed: null }
    if (version !== undefined) this.kept.set(key, kept)
    return kept
  }
}

async function pack(view: HeatmapView): Promise<PackedView> {
  const bytes = await zip(JSON.stringify(view))
  return { gzip: bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` }
}

const sizeOf = ({ candles, openInterest, funding, liquidations, ratios, gaps, tiles }: HeatmapView): number =>
  2_000 +
  BYTES_PER_NUMBER *
    (8 * candles.rows.length +
      3 * (openInterest.length + funding.length + liquidations.length) +
      2 * ratios.reduce((sum, { rows }) => sum + rows.length, 0) +
      8 * gaps.length +
      2 * tiles.length)
