/** Little-endian reading and writing of our versioned binary formats. Every read is bounds-checked: damaged bytes throw. */
import { FaultlineError } from './errors.ts'

export class ByteWriter {
  private buffer: Uint8Array
  private view: DataView
  private size = 0

  constructor(capacity = 1024) {
    this.buffer = new Uint8Array(Math.max(16, capacity))
    this.view = new DataView(this.buffer.buffer)
  }

  get length(): number {
    return this.size
  }

  u8(value: number): this {
    this.reserve(1)
    this.view.setUint8(this.size, value)
    this.size += 1
    return this
  }

  u32(value: number): this {
    this.reserve(4)
    this.view.setUint32(this.size, value, true)
    this.size += 4
    return this
  }

  f32(value: number): this {
    this.reserve(4)
    this.view.setFloat32(this.size, value, true)
    this.size += 4
    return this
  }

  f64(value: number): this {
    this.reserve(8)
    this.view.setFloat64(this.size, value, true)
    this.size += 8
    return this
  }

  /** Unsigned LEB128; integers from 0 to 2^53 − 1. */
  varint(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`varint needs a whole number from 0 to 2^53 − 1, not ${value}`)
    this.reserve(8)
    let rest = value
    while (rest >= 0x80) {
      this.buffer[this.size++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.buffer[this.size++] = rest
    return this
  }

  /** Zigzag-coded whole number, negative ones included. */
  signed(value: number): this {
    return this.varint(value < 0 ? -2 * value - 1 : 2 * value)
  }

  bytes(value: Uint8Array): this {
    this.reserve(value.length)
    this.buffer.set(value, this.size)
    this.size += value.length
    return this
  }

  f32s(values: Float32Array): this {
    this.reserve(values.length * 4)
    for (let i = 0; i < values.length; i++) this.view.setFloat32(this.size + 4 * i, values[i] as number, true)
    this.size += values.length * 4
    return this
  }

  f64s(values: Float64Array): this {
    this.reserve(values.length * 8)
    for (let i = 0; i < values.length; i++) this.view.setFloat64(this.size + 8 * i, values[i] as number, true)
    this.size += values.length * 8
    return this
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.buffer.slice(0, this.size)
  }

  private reserve(more: number): void {
    if (this.size + more <= this.buffer.length) return
    const wider = new Uint8Array(Math.max(this.size + more, this.buffer.length * 2))
    wider.set(this.buffer.subarray(0, this.size))
    this.buffer = wider
    this.view = new DataView(wider.buffer)
  }
}

export class ByteReader {
  private readonly view: DataView
  private readonly source: Uint8Array
  private readonly what: string
  private at = 0

  /** `what` names the format in error messages. */
  constructor(source: Uint8Array, what: string) {
    this.source = source
    this.what = what
    this.view = new DataView(source.buffer, source.byteOffset, source.byteLength)
  }

  get remaining(): number {
    return this.source.length - this.at
  }

  u8(): number {
    return this.view.getUint8(this.take(1))
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true)
  }

  f32(): number {
    return this.view.getFloat32(this.take(4), true)
  }

  f64(): number {
    return this.view.getFloat64(this.take(8), true)
  }

  varint(): number {
    let value = 0
    let factor = 1
    for (let i = 0; i < 8; i++) {
      const byte = this.u8()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) {
        if (!Number.isSafeInteger(value)) throw this.damaged('a number is too large')
        return value
      }
      factor *= 0x80
    }
    throw this.damaged('a number does not end')
  }

  signed(): number {
    const value = this.varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  bytes(length: number): Uint8Array {
    const at = this.take(length)
    return this.source.slice(at, at + length)
  }

  f32s(length: number): Float32Array {
    const at = this.take(length * 4)
    const out = new Float32Array(length)
    for (let i = 0; i < length; i++) out[i] = this.view.getFloat32(at + 4 * i, true)
    return out
  }

  f64s(length: number): Float64Array {
    const at = this.take(length * 8)
    const out = new Float64Array(length)
    for (let i = 0; i < length; i++) out[i] = this.view.getFloat64(at + 8 * i, true)
    return out
  }

  /** Call when everything is read: trailing bytes mean that this is not what it claims to be. */
  end(): void {
    if (this.remaining > 0) throw this.damaged(`${this.remaining} bytes are left over`)
  }

  damaged(why: string): FaultlineError {
    return new FaultlineError('bad_input', `This is not a readable ${this.what}: ${why}.`)
  }

  private take(length: number): number {
    if (length > this.remaining) throw this.damaged(`it ends after ${this.source.length} bytes`)
    const at = this.at
    this.at += length
    return at
  }
}
