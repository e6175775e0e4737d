import { ByteReader, ByteWriter } from '@faultline/market/bytes'
import { FaultlineError } from '@faultline/market/errors'
import type { MarginTier } from '@faultline/market/instrument'
import { MAX_BIN, MIN_BIN } from '@faultline/market/price-grid'
import type { Blend } from './blend.ts'
import type { Book } from './book.ts'
import type { Filter } from './filter.ts'
import type { HeldBars } from './held-bars.ts'
import type { Members } from './members.ts'
import type { SeenSide, SeenStock } from './observed-evidence.ts'
import type { Tilt } from './tilt.ts'
import type { Turnover } from './turnover.ts'

/**
 * The estimator's whole state as bytes: resuming from it and going on gives the same bytes as never having stopped. Numbers are
 * written as they stand in memory (rows Float32, sums and multipliers Float64); rows as runs between stretches of zeros.
 *
 *   'FLES' · format u8 · model version · bucketMs · tiers · clock · held bars · turnover · prints · tilt · blend ·
 *   scores of the members · per set of books: two books, evidence, mixes · [observed] · FNV-1a of all before
 *
 * What was observed of positions is there in format 3 only, which is written where there is any: without, the bytes are those of format 2.
 */
const MAGIC = 0x53454c46
const FORMAT = 2
const FORMAT_OBSERVED = 3
const WHAT = 'estimator checkpoint'
/** A run ends at this many zeros: two varints cost less than they do. */
const ZEROS_TO_SPLIT = 3

export interface EstimatorState {
  lastBucket: number | null
  /** last close; 0 before the first bucket */
  close: number
  figure: { time: number; base: number } | null
  held: HeldBars
  turnover: Turnover
  members: Members
  blend: Blend
  tilt: Tilt
  /** prints so far, those outside their candle, and the faded sums of the USD per side and bucket: of its squares and of itself */
  prints: { seen: number; outside: number; squares: number; usd: number }
  /** positions as they were observed last; null: none are */
  seen: SeenStock | null
}

export interface CheckpointHead {
  model: string
  bucketMs: number
  tiers: readonly MarginTier[]
}

export function writeCheckpoint(head: CheckpointHead, state: EstimatorState): Uint8Array {
  const out = new ByteWriter(1 << 16)
  out
    .u32(MAGIC)
    .u8(state.seen ? FORMAT_OBSERVED : FORMAT)
    .varint(head.model.length)
    .bytes(new TextEncoder().encode(head.model))
    .varint(head.bucketMs)
    .varint(head.tiers.length)
  for (const tier of head.tiers)
    out
      .f64(tier.floorUsd)
      .f64(tier.capUsd ?? Number.POSITIVE_INFINITY)
      .f64(tier.maintMarginRatio)
      .f64(tier.maxLeverage)
  out
    .u8(state.lastBucket === null ? 0 : 1)
    .varint(state.lastBucket ?? 0)
    .f64(state.close)
  out
    .u8(state.figure === null ? 0 : 1)
    .varint(state.figure?.time ?? 0)
    .f64(state.figure?.base ?? 0)
  out.varint(state.held.count).f64s(state.held.used()).varint(state.held.coveredMs)
  out.f64(state.turnover.volume).f64(state.turnover.time)
  const { prints, tilt, blend, members } = state
  out.varint(prints.seen).varint(prints.outside).f64(prints.squares).f64(prints.usd)
  for (const { count, mean, variance } of tilt.series) out.varint(count).f64(mean).f64(variance)
  out.f64(tilt.recent).f64(tilt.products).f64(tilt.squares)
  for (const side of [blend.long, blend.short]) out.f64s(side.cells).f64(side.usd)
  out.f64s(blend.scores).f64s(blend.sums).f64s(members.scores).f64s(members.weights)
  for (const filter of members.filters) writeFilter(out, filter)
  if (state.seen) writeObserved(out, state.seen, members)
  const body = out.finish()
  return out.u32(fnv1a(body)).finish()
}

/** Fills `state` (a fresh one). FaultlineError `bad_input` when the bytes are damaged or belong to another model, bucket or margin table. */
export function readCheckpoint(bytes: Uint8Array, head: CheckpointHead, state: EstimatorState): void {
  const input = new ByteReader(bytes, WHAT)
  if (input.u32() !== MAGIC) throw input.damaged('it begins differently')
  const format = input.u8()
  if (format !== FORMAT && format !== FORMAT_OBSERVED)
    throw mismatch(`is of format ${format}, this program reads ${FORMAT} and ${FORMAT_OBSERVED}`)
  const model = new TextDecoder().decode(input.bytes(input.varint()))
  if (model !== head.model) throw mismatch(`was made by model ${model}, this is ${head.model}`)
  const body = bytes.subarray(0, bytes.length - 4)
  if (new DataView(bytes.buffer, bytes.byteOffset + body.length, 4).getUint32(0, true) !== fnv1a(body))
    throw input.damaged('its checksum does not fit')
  const bucketMs = input.varint()
  if (bucketMs !== head.bucketMs) throw mismatch(`has buckets of ${bucketMs} ms, ${head.bucketMs} are asked for`)
  checkSameTiers(input, head.tiers)

  const started = input.u8() === 1
  const lastBucket = input.varint()
  state.lastBucket = started ? lastBucket : null
  state.close = input.f64()
  const known = input.u8() === 1
  const figure = { time: input.varint(), base: input.f64() }
  state.figure = known ? figure : null
  const held = input.varint()
  if (held * 5 > state.held.bars.length) throw input.damaged(`it holds ${held} bars`)
  state.held.restore(input.f64s(held * 5), input.varint())
  state.turnover.volume = input.f64()
  state.turnover.time = input.f64()
  const { prints, tilt, blend, members } = state
  prints.seen = input.varint()
  prints.outside = input.varint()
  prints.squares = input.f64()
  prints.usd = input.f64()
  for (const series of tilt.series) {
    series.count = input.varint()
    series.mean = input.f64()
    series.variance = input.f64()
  }
  tilt.recent = input.f64()
  tilt.products = input.f64()
  tilt.squares = input.f64()
  for (const side of [blend.long, blend.short]) {
    side.cells.set(input.f64s(side.cells.length))
    side.usd = input.f64()
  }
  blend.scores.set(input.f64s(blend.scores.length))
  blend.sums.set(input.f64s(blend.sums.length))
  members.scores.set(input.f64s(members.scores.length))
  members.weights.set(input.f64s(members.weights.length))
  for (const filter of members.filters) readFilter(input, filter)
  if (format === FORMAT_OBSERVED) state.seen = readObserved(input, members)
  members.combine()
  input.u32()
  input.end()
}

function writeFilter(out: ByteWriter, { books, evidence, mixes }: Filter): void {
  for (const book of books) writeBook(out, book)
  out.f64s(evidence.squares).f64s(evidence.products).f64(evidence.meanPrediction)
  for (const mix of mixes) out.f64s(mix.log).f64(mix.coverage).f64(mix.levelSd)
}

function readFilter(input: ByteReader, { books, evidence, mixes }: Filter): void {
  for (const book of books) readBook(input, book)
  evidence.squares.set(input.f64s(evidence.squares.length))
  evidence.products.set(input.f64s(evidence.products.length))
  evidence.meanPrediction = input.f64()
  for (const mix of mixes) {
    mix.log.set(input.f64s(mix.log.length))
    mix.coverage = input.f64()
    mix.levelSd = input.f64()
    mix.apply()
  }
}

function writeObserved(out: ByteWriter, seen: SeenStock, members: Members): void {
  out.varint(seen.time)
  for (const { share, effective, stretches, safe } of [seen.long, seen.short])
    out.f64(share).f64(effective).f64(safe).varint(stretches.length).f64s(stretches)
  for (const { mixes } of members.filters)
    for (const { shift, observed } of mixes) out.f64s(shift).f64(observed.level).f64(observed.precision)
}

function readObserved(input: ByteReader, members: Members): SeenStock {
  const time = input.varint()
  const side = (): SeenSide => {
    const [share, effective, safe, count] = [input.f64(), input.f64(), input.f64(), input.varint()]
    if (count > 64) throw input.damaged(`it holds ${count} stretches of leverage`)
    return { share, effective, safe, stretches: input.f64s(count) }
  }
  const seen = { time, long: side(), short: side() }
  for (const { mixes } of members.filters)
    for (const { shift, observed } of mixes) {
      shift.set(input.f64s(shift.length))
      observed.level = input.f64()
      observed.precision = input.f64()
    }
  return seen
}

function writeBook(out: ByteWriter, book: Book): void {
  out.signed(book.boundary).f64(book.residual).f64s(book.multiplier).f64s(book.sums)
  for (let j = 0; j < book.count; j++) {
    const lo = book.lo[j] as number
    const hi = book.hi[j] as number
    out.signed(lo).varint(hi - lo + 1)
    const row = book.raw.subarray(j * book.size + lo - book.base, j * book.size + hi + 1 - book.base)
    for (let at = 0; at < row.length; ) {
      let begin = at
      while (begin < row.length && row[begin] === 0) begin++
      let end = begin
      for (let i = begin; i < row.length && i - end < ZEROS_TO_SPLIT; i++) if (row[i] !== 0) end = i + 1
      out
        .varint(begin - at)
        .varint(end - begin)
        .f32s(row.subarray(begin, end))
      at = end
      if (begin === end) break
    }
  }
}

function readBook(input: ByteReader, book: Book): void {
  book.boundary = input.signed()
  book.residual = input.f64()
  book.multiplier.set(input.f64s(book.multiplier.length))
  book.sums.set(input.f64s(book.sums.length))
  for (let j = 0; j < book.count; j++) {
    const lo = input.signed()
    const length = input.varint()
    // Levels are kept within a factor of five of an entry, entries within the grid.
    if (Math.abs(lo) > 4 * MAX_BIN || length > 2 * (MAX_BIN - MIN_BIN)) throw input.damaged('a row lies outside the price grid')
    book.lo[j] = lo
    book.hi[j] = lo + length - 1
    if (length === 0) continue
    book.reserve(lo, lo + length - 1)
    const offset = j * book.size + lo - book.base
    for (let at = 0; at < length; ) {
      at += input.varint()
      const run = input.varint()
      if (at + run > length) throw input.damaged('a row is longer than it says')
      book.raw.set(input.f32s(run), offset + at)
      at += run
      if (run === 0) break
    }
  }
}

function checkSameTiers(input: ByteReader, tiers: readonly MarginTier[]): void {
  const count = input.varint()
  let same = count === tiers.length
  for (let i = 0; i < count; i++) {
    const [floor, cap, ratio, leverage] = [input.f64(), input.f64(), input.f64(), input.f64()]
    const tier = tiers[i]
    same &&=
      floor === tier?.floorUsd &&
      cap === (tier.capUsd ?? Number.POSITIVE_INFINITY) &&
      ratio === tier.maintMarginRatio &&
      leverage === tier.maxLeverage
  }
  if (!same) throw mismatch('was made with another margin table')
}

const mismatch = (why: string) =>
  new FaultlineError('bad_input', `The estimator checkpoint ${why}. Rebuild the instrument from its stored events.`)

function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193)
  return hash >>> 0
}
