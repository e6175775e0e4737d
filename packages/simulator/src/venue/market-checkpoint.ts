/**
 * A market's state as bytes: a header in JSON that says which numbers and arrays follow, the numbers, the arrays, and a
 * checksum. Our own few lines instead of a serialiser's: the same state gives the same bytes, whatever way led to it.
 */
import { createHash } from 'node:crypto'
import { FaultlineError } from '@faultline/market/errors'
import type { StateTree, StateValue } from '../state.ts'

/** Counts up when the model or the layout of the state changes: what an older simulator wrote is refused. */
export const CHECKPOINT_VERSION = 1

const MAGIC = 'FLMARKET'
const CHECKSUM_BYTES = 32
/** magic, version and header length as 32-bit numbers */
const PREAMBLE_BYTES = MAGIC.length + 8
const ALIGNMENT = 8

const ARRAYS = { f64: Float64Array, i32: Int32Array, u8: Uint8Array } as const
type ArrayName = keyof typeof ARRAYS
/** In the header: a number in its turn, a text, an array of that length in its turn, or more of the same. */
type Shape = 0 | string | [ArrayName, number] | { [name: string]: Shape }

const align = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT

export function encodeCheckpoint(tree: StateTree): Uint8Array {
  const numbers: number[] = []
  const arrays: (Float64Array | Int32Array | Uint8Array)[] = []
  const shapeOf = (value: StateValue): Shape => {
    if (typeof value === 'string') return value
    if (typeof value === 'number') {
      numbers.push(value)
      return 0
    }
    if (value instanceof Float64Array || value instanceof Int32Array || value instanceof Uint8Array) {
      arrays.push(value)
      return [value instanceof Float64Array ? 'f64' : value instanceof Int32Array ? 'i32' : 'u8', value.length]
    }
    return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, shapeOf(child)]))
  }
  const header = Buffer.from(JSON.stringify(shapeOf(tree)))
  const sections = [Float64Array.from(numbers), ...arrays]
  const start = align(PREAMBLE_BYTES + header.length)
  const end = sections.reduce((sum, section) => sum + align(section.byteLength), start)
  const out = Buffer.alloc(end + CHECKSUM_BYTES)
  out.write(MAGIC, 'latin1')
  out.writeUInt32LE(CHECKPOINT_VERSION, MAGIC.length)
  out.writeUInt32LE(header.length, MAGIC.length + 4)
  header.copy(out, PREAMBLE_BYTES)
  let at = start
  for (const section of sections) {
    out.set(new Uint8Array(section.buffer, section.byteOffset, section.byteLength), at)
    at += align(section.byteLength)
  }
  out.set(checksum(out.subarray(0, end)), end)
  return out
}

/** @throws FaultlineError bad_input for bytes that are not a whole checkpoint of this version */
export function decodeCheckpoint(bytes: Uint8Array): StateTree {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (file.length < PREAMBLE_BYTES + CHECKSUM_BYTES || file.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    refuse('it is not a checkpoint of a simulated market')
  }
  const version = file.readUInt32LE(MAGIC.length)
  if (version !== CHECKPOINT_VERSION) refuse(`it is of version ${version}, and this simulator reads version ${CHECKPOINT_VERSION}`)
  const end = file.length - CHECKSUM_BYTES
  if (!checksum(file.subarray(0, end)).equals(file.subarray(end))) refuse('it is damaged: its checksum does not fit')

  const headerLength = file.readUInt32LE(MAGIC.length + 4)
  const shape = JSON.parse(file.toString('utf8', PREAMBLE_BYTES, PREAMBLE_BYTES + headerLength)) as Shape
  let at = align(PREAMBLE_BYTES + headerLength)
  const take = (name: ArrayName, length: number): Float64Array | Int32Array | Uint8Array => {
    const array = new ARRAYS[name](length)
    new Uint8Array(array.buffer).set(file.subarray(at, at + array.byteLength))
    at += align(array.byteLength)
    return array
  }
  const numbers = take('f64', countNumbers(shape))
  let nextNumber = 0
  const build = (part: Shape): StateValue => {
    if (typeof part === 'string') return part
    if (part === 0) return numbers[nextNumber++] as number
    if (Array.isArray(part)) return take(part[0], part[1])
    return Object.fromEntries(Object.entries(part).map(([name, child]) => [name, build(child)]))
  }
  return build(shape) as StateTree
}

const countNumbers = (shape: Shape): number => {
  if (shape === 0) return 1
  if (typeof shape === 'string' || Array.isArray(shape)) return 0
  return Object.values(shape).reduce<number>((sum, child) => sum + countNumbers(child), 0)
}

const checksum = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

export function refuse(why: string): never {
  throw new FaultlineError('bad_input', `the stored market cannot be resumed: ${why}. Start it anew from its genesis.`)
}
