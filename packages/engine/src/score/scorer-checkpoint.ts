import { ByteReader, ByteWriter } from '@faultline/market/bytes'
import { FaultlineError } from '@faultline/market/errors'
import { SIDES } from '@faultline/market/units'
import { DISTANCE_CLASSES } from './distance-null.ts'
import { type DistanceProfile, REACH_BINS } from './distance-profile.ts'
import type { FrozenReadings, PendingMap, ScorerState } from './prequential.ts'

/** 'FLSC' · format u8 · bucketMs · clock · price · past maps · distance nulls · ladder · maps that wait. A busy one takes some 100 kB. */
const MAGIC = 0x43534c46
const FORMAT = 1
const WHAT = 'score checkpoint'

export function writeScorer(bucketMs: number, state: ScorerState): Uint8Array {
  const out = new ByteWriter(1 << 17)
  out
    .u32(MAGIC)
    .u8(FORMAT)
    .varint(bucketMs)
    .u8(state.lastBucket === null ? 0 : 1)
    .varint(state.lastBucket ?? 0)
  out.f64(state.lastClose).f64(state.variance).varint(state.dropped)
  out.varint(state.past.length)
  for (const { time, profile } of state.past) writeProfile(out.varint(time), profile)
  for (const distance of state.nulls) out.varint(distance.time).f64s(distance.events).f64s(distance.exposure)
  const { ladder } = state
  out.u8(ladder.openInterest === null ? 0 : 1).f64(ladder.openInterest ?? 0)
  out.f64(ladder.flow.bought).f64(ladder.flow.traded)
  for (const side of SIDES) {
    out.varint(ladder.levels[side].size)
    for (const [bin, base] of ladder.levels[side]) out.signed(bin).f64(base)
  }
  out.varint(state.pending.length)
  for (const pending of state.pending) writePending(out, pending)
  return out.finish()
}

/** Fills `state`, a fresh one. FaultlineError `bad_input` when the bytes are damaged or belong to another edition or bucket length. */
export function readScorer(bytes: Uint8Array, bucketMs: number, state: ScorerState): void {
  const input = new ByteReader(bytes, WHAT)
  if (input.u32() !== MAGIC) throw input.damaged('it begins differently')
  const format = input.u8()
  if (format !== FORMAT) throw mismatch(`is of format ${format}, this program reads ${FORMAT}`)
  const length = input.varint()
  if (length !== bucketMs) throw mismatch(`has buckets of ${length} ms, ${bucketMs} are asked for`)
  const started = input.u8() === 1
  const lastBucket = input.varint()
  state.lastBucket = started ? lastBucket : null
  state.lastClose = input.f64()
  state.variance = input.f64()
  state.dropped = input.varint()
  const past = input.varint()
  for (let i = 0; i < past; i++) state.past.push({ time: input.varint(), profile: readProfile(input) })
  for (const distance of state.nulls) {
    distance.time = input.varint()
    distance.events.set(input.f64s(2 * DISTANCE_CLASSES))
    distance.exposure.set(input.f64s(2 * DISTANCE_CLASSES))
  }
  const { ladder } = state
  const known = input.u8() === 1
  const openInterest = input.f64()
  ladder.openInterest = known ? openInterest : null
  ladder.flow = { bought: input.f64(), traded: input.f64() }
  for (const side of SIDES) {
    const count = input.varint()
    for (let i = 0; i < count; i++) ladder.levels[side].set(input.signed(), input.f64())
  }
  const pending = input.varint()
  for (let i = 0; i < pending; i++) state.pending.push(readPending(input))
  input.end()
}

function writePending(out: ByteWriter, p: PendingMap): void {
  out.varint(p.frozenAt).varint(p.horizonMs).f64(p.price).f64(p.sigma).f64(p.low).f64(p.high)
  out.varint(p.coveredMs).f64(p.listenedMs).varint(p.unplaced).f64(p.usd.long).f64(p.usd.short).f64s(p.rates)
  for (const profile of [p.map, p.stale, p.ladder]) {
    out.u8(profile ? 1 : 0)
    if (profile) writeProfile(out, profile)
  }
  for (const table of [p.counts, p.roots]) for (const side of SIDES) out.f64s(table[side])
  const readings = new TextEncoder().encode(JSON.stringify(p.readings))
  out.varint(readings.length).bytes(readings)
}

function readPending(input: ByteReader): PendingMap {
  const head = {
    frozenAt: input.varint(),
    horizonMs: input.varint(),
    price: input.f64(),
    sigma: input.f64(),
    low: input.f64(),
    high: input.f64(),
  }
  const seen = { coveredMs: input.varint(), listenedMs: input.f64(), unplaced: input.varint() }
  const usd = { long: input.f64(), short: input.f64() }
  const rates = input.f64s(2 * DISTANCE_CLASSES)
  const [map, stale, ladder] = [0, 1, 2].map(() => (input.u8() === 1 ? readProfile(input) : null))
  if (!map) throw input.damaged('a map is missing')
  const counts = { long: input.f64s(REACH_BINS), short: input.f64s(REACH_BINS) }
  const roots = { long: input.f64s(REACH_BINS), short: input.f64s(REACH_BINS) }
  const text = new TextDecoder().decode(input.bytes(input.varint()))
  return {
    ...head,
    ...seen,
    usd,
    rates,
    map,
    stale: stale ?? null,
    ladder: ladder ?? null,
    counts,
    roots,
    readings: parseReadings(text, input),
  }
}

function parseReadings(text: string, input: ByteReader): FrozenReadings {
  try {
    return JSON.parse(text) as FrozenReadings
  } catch {
    throw input.damaged('its readings cannot be read')
  }
}

const writeProfile = (out: ByteWriter, profile: DistanceProfile) => out.f32s(profile.long).f32s(profile.short)
const readProfile = (input: ByteReader): DistanceProfile => ({ long: input.f32s(REACH_BINS), short: input.f32s(REACH_BINS) })

const mismatch = (why: string) => new FaultlineError('bad_input', `The score checkpoint ${why}. Begin the score anew.`)
