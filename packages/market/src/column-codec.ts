/**
 * Binary form of a column, version 1, little-endian:
 *
 *   u8 'C'  u8 version  varint bucketMs  varint bucketStart / bucketMs  varint number of planes
 *   per plane, in the order of PLANES: varint length; if length > 0: signed firstBin, length × Float32 USD
 *
 * The same column always gives the same bytes, so a hash over columns identifies a build.
 */
import { ByteReader, ByteWriter } from './bytes.ts'
import { type Column, PLANES, type PlaneData } from './column.ts'
import { FaultlineError } from './errors.ts'
import { MAX_BIN, MIN_BIN } from './price-grid.ts'

const MAGIC = 0x43
const VERSION = 1

/** @throws FaultlineError bad_input for a misaligned bucket, a bin off the grid or a value that is not finite and ≥ 0 */
export function encodeColumn(column: Column): Uint8Array {
  const { bucketStart, bucketMs, planes } = column
  if (!(bucketMs > 0) || bucketStart % bucketMs !== 0)
    throw new FaultlineError('bad_input', `A column's start must be a multiple of its length; got ${bucketStart} and ${bucketMs} ms.`)
  const size = PLANES.reduce((n, p) => n + 4 * planes[p].usd.length + 12, 32)
  const out = new ByteWriter(size)
  out
    .u8(MAGIC)
    .u8(VERSION)
    .varint(bucketMs)
    .varint(bucketStart / bucketMs)
    .varint(PLANES.length)
  for (const name of PLANES) {
    const { firstBin, usd } = planes[name]
    out.varint(usd.length)
    if (usd.length === 0) continue
    checkPlane(name, planes[name])
    out.signed(firstBin).f32s(usd)
  }
  return out.finish()
}

/** @throws FaultlineError bad_input for damaged bytes or an unknown version */
export function decodeColumn(bytes: Uint8Array): Column {
  const input = new ByteReader(bytes, 'column')
  if (input.u8() !== MAGIC) throw input.damaged('the first byte is wrong')
  const version = input.u8()
  if (version !== VERSION) throw input.damaged(`its version is ${version}, known is ${VERSION}`)
  const bucketMs = input.varint()
  const bucketStart = input.varint() * bucketMs
  const count = input.varint()
  if (count !== PLANES.length) throw input.damaged(`it has ${count} planes instead of ${PLANES.length}`)
  const read = (name: string): PlaneData => {
    const length = input.varint()
    if (length === 0) return { firstBin: 0, usd: new Float32Array(0) }
    const plane = { firstBin: input.signed(), usd: input.f32s(length) }
    checkPlane(name, plane)
    return plane
  }
  const column: Column = { bucketStart, bucketMs, planes: { long: read('long'), short: read('short') } }
  input.end()
  return column
}

function checkPlane(name: string, { firstBin, usd }: PlaneData): void {
  if (!Number.isInteger(firstBin) || firstBin < MIN_BIN || firstBin + usd.length - 1 > MAX_BIN)
    throw new FaultlineError('bad_input', `The ${name} plane's bins ${firstBin} to ${firstBin + usd.length - 1} are off the price grid.`)
  for (let i = 0; i < usd.length; i++) {
    const value = usd[i] as number
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY))
      throw new FaultlineError('bad_input', `The ${name} plane holds ${value} at bin ${firstBin + i}; USD must be finite and not negative.`)
  }
}
