/**
 * Binary form of a column, version 1, little-endian:
 *
 *   u8 'C'  u8 version  varint bucketMs  varint bucketStart / bucketMs  varint number of planes
 *   per plane, in the order of PLANES: varint length; if length > 0: signed firstBin, u8 shift, then `length` signed numbers:
 *   the second differences of the Float32 patterns shifted right by `shift`, the low bits that are zero in all of them
 *
 * Densities vary smoothly from bin to bin, so second differences are short: real ETH columns of some 3,000 values take 7 kB
 * instead of 12 as plain Float32, and 3.8 kB when rounded to 16 significant bits, as the estimator does. Nothing is lost.
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
  const size = PLANES.reduce((n, p) => n + 3 * planes[p].usd.length + 16, 32)
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
    out.signed(firstBin)
    writePatterns(out, usd)
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
    const plane = { firstBin: input.signed(), usd: readPatterns(input, length) }
    checkPlane(name, plane)
    return plane
  }
  const column: Column = { bucketStart, bucketMs, planes: { long: read('long'), short: read('short') } }
  input.end()
  return column
}

function writePatterns(out: ByteWriter, usd: Float32Array): void {
  const patterns = new Uint32Array(usd.buffer, usd.byteOffset, usd.length)
  let used = 0
  for (let i = 0; i < patterns.length; i++) used |= patterns[i] as number
  const shift = used === 0 ? 0 : 31 - Math.clz32(used & -used)
  out.u8(shift)
  let last = 0
  let slope = 0
  for (let i = 0; i < patterns.length; i++) {
    const value = (patterns[i] as number) >>> shift
    out.signed(value - last - slope)
    slope = value - last
    last = value
  }
}

function readPatterns(input: ByteReader, length: number): Float32Array {
  const shift = input.u8()
  // one byte per value is the least: a damaged length must not make us allocate gigabytes
  if (shift > 31 || length > input.remaining) throw input.damaged('its values do not fit')
  const patterns = new Uint32Array(length)
  let last = 0
  let slope = 0
  for (let i = 0; i < length; i++) {
    const value = last + slope + input.signed()
    if (value < 0 || value > 0xffff_ffff >>> shift) throw input.damaged('a value is out of range')
    slope = value - last
    last = value
    patterns[i] = value << shift
  }
  return new Float32Array(patterns.buffer)
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
