import { COLUMN_FLOOR_USD, type PlaneData } from '@faultline/market/column'
import { binCentrePrice, MAX_BIN, MIN_BIN } from '@faultline/market/price-grid'
import type { Book } from './book.ts'

/** Reads one side of the books as a plane of a column: density φ·M per liquidation bin, in USD at the bin's price. */
export class PlaneReader {
  private sums = new Float64Array(1024)

  read(book: Book, multipliers: Float64Array): PlaneData {
    const { centre } = book.classes
    let first = MAX_BIN + 1
    let last = MIN_BIN - 1
    for (let j = 0; j < book.count; j++) {
      if ((book.lo[j] as number) > (book.hi[j] as number)) continue
      first = Math.min(first, (book.lo[j] as number) + (centre[j] as number))
      last = Math.max(last, (book.hi[j] as number) + (centre[j] as number))
    }
    first = Math.max(first, MIN_BIN)
    last = Math.min(last, MAX_BIN)
    const length = last - first + 1
    if (length <= 0) return { firstBin: 0, usd: new Float32Array(0) }
    if (this.sums.length < length) this.sums = new Float64Array(2 * length)
    const sums = this.sums
    sums.fill(0, 0, length)
    for (let k = 0; k < book.sums.length; k++) {
      const j = k >> 1
      const shift = (centre[j] as number) - first
      const from = Math.max(book.regionFirst(k), -shift)
      const to = Math.min(book.regionLast(k), length - 1 - shift)
      const density = (book.multiplier[k] as number) * (multipliers[j] as number)
      addRows(sums, book.raw, j * book.size - book.base, from, to, shift, density)
    }
    return toPlane(sums, length, first)
  }
}

function addRows(sums: Float64Array, raw: Float32Array, at: number, from: number, to: number, shift: number, density: number): void {
  for (let r = from; r <= to; r++) sums[r + shift] = (sums[r + shift] as number) + (raw[at + r] as number) * density
}

function toPlane(sums: Float64Array, length: number, firstBin: number): PlaneData {
  const prices = centrePrices()
  const at = firstBin - MIN_BIN
  let begin = length
  let end = -1
  for (let i = 0; i < length; i++) {
    const usd = (sums[i] as number) * (prices[at + i] as number)
    if (usd >= COLUMN_FLOOR_USD) {
      sums[i] = usd
      if (begin > i) begin = i
      end = i
    } else sums[i] = 0
  }
  if (end < 0) return { firstBin: 0, usd: new Float32Array(0) }
  return { firstBin: firstBin + begin, usd: roundToSignificant(new Float32Array(sums.subarray(begin, end + 1))) }
}

/**
 * In place, to 16 significant bits (to within 8e-6 of the value): an estimate does not know its fifth digit,
 * and a column on disk is half as long without the digits after it.
 */
function roundToSignificant(usd: Float32Array): Float32Array {
  const patterns = new Uint32Array(usd.buffer, usd.byteOffset, usd.length)
  for (let i = 0; i < patterns.length; i++) patterns[i] = ((patterns[i] as number) + 0x80) & 0xffff_ff00
  return usd
}

let table: Float64Array | null = null
/** Centre price of every bin there is; a column needs thousands of them, and an exponential costs more than all else it does. */
function centrePrices(): Float64Array {
  if (!table) {
    table = new Float64Array(MAX_BIN - MIN_BIN + 1)
    for (let i = 0; i < table.length; i++) table[i] = binCentrePrice(MIN_BIN + i)
  }
  return table
}
