import { COLUMN_FLOOR_USD, type PlaneData } from '@faultline/market/column'
import { binCentrePrice, MAX_BIN, MIN_BIN } from '@faultline/market/price-grid'
import type { Book } from './book.ts'
import { AT_LEVEL } from './survival.ts'

/** Density of one side of the map: adds up w·M per liquidation bin over books, in base coin, and turns it into USD at the bins' prices. */
export class PlaneSums {
  firstBin = 0
  length = 0
  sums = new Float64Array(1024)

  /** Empty over the bins that any of these books hold something in, and over [from, to) at least. */
  begin(books: readonly Book[], from = MAX_BIN + 1, to = MIN_BIN): this {
    let first = from
    let last = to - 1
    for (const book of books) {
      const { centre } = book.classes
      for (let j = 0; j < book.count; j++) {
        if ((book.lo[j] as number) > (book.hi[j] as number)) continue
        first = Math.min(first, (book.lo[j] as number) + (centre[j] as number))
        last = Math.max(last, (book.hi[j] as number) + (centre[j] as number))
      }
    }
    this.firstBin = Math.max(first, MIN_BIN)
    this.length = Math.max(0, Math.min(last, MAX_BIN) - this.firstBin + 1)
    if (this.sums.length < this.length) this.sums = new Float64Array(2 * this.length)
    this.sums.fill(0, 0, this.length)
    return this
  }

  /** Adds what `book` holds, class j times weights[j], thinned by how far under water it is at bin `priceBin` (null: not thinned). */
  add(book: Book, weights: Float64Array, priceBin: number | null): this {
    const { centre } = book.classes
    for (let k = 0; k < book.sums.length; k++) {
      const j = k >> 1
      const density = (book.multiplier[k] as number) * (weights[j] as number)
      if (density === 0) continue
      const shift = (centre[j] as number) - this.firstBin
      const from = Math.max(book.regionFirst(k), -shift)
      const to = Math.min(book.regionLast(k), this.length - 1 - shift)
      const at = j * book.size - book.base
      if (priceBin === null) {
        addRows(this.sums, book.raw, at, from, to, shift, density)
        continue
      }
      // A row is the bin of the entry: between the price and there everything is under water.
      const way = Math.max(1, Math.abs(centre[j] as number))
      if (book.long) {
        const dry = Math.min(to, priceBin)
        addRows(this.sums, book.raw, at, from, dry, shift, density)
        addThinned(this.sums, book.raw, at, Math.max(from, dry + 1), to, shift, density, priceBin, (1 - AT_LEVEL) / way)
      } else {
        const dry = Math.max(from, priceBin)
        addThinned(this.sums, book.raw, at, from, Math.min(to, dry - 1), shift, density, priceBin, (AT_LEVEL - 1) / way)
        addRows(this.sums, book.raw, at, dry, to, shift, density)
      }
    }
    return this
  }

  scale(factor: number): this {
    if (factor !== 1) for (let i = 0; i < this.length; i++) this.sums[i] = (this.sums[i] as number) * factor
    return this
  }

  /** From base coin to USD at the bin's centre. */
  toUsd(): this {
    const prices = centrePrices()
    const at = this.firstBin - MIN_BIN
    const { sums, length } = this
    for (let i = 0; i < length; i++) sums[i] = (sums[i] as number) * (prices[(at + i) | 0] as number)
    return this
  }

  total(): number {
    let total = 0
    for (let i = 0; i < this.length; i++) total += this.sums[i] as number
    return total
  }

  /** The USD as a plane of a column: bins under the floor left out, rounded to what an estimate knows. */
  toPlane(): PlaneData {
    const { sums } = this
    let begin = 0
    let end = this.length
    while (begin < end && !((sums[begin] as number) >= COLUMN_FLOOR_USD)) begin++
    while (end > begin && !((sums[end - 1] as number) >= COLUMN_FLOOR_USD)) end--
    if (begin === end) return { firstBin: 0, usd: new Float32Array(0) }
    const usd = new Float32Array(end - begin)
    const patterns = new Uint32Array(usd.buffer)
    for (let i = 0; i < usd.length; i++) {
      const value = sums[(begin + i) | 0] as number
      if (!(value >= COLUMN_FLOOR_USD)) continue
      usd[i] = value
      // To 16 significant bits (to within 8e-6 of the value): an estimate does not know its fifth digit, and a column on disk is half as
      // long without the digits after it.
      patterns[i] = ((patterns[i] as number) + 0x80) & 0xffff_ff00
    }
    return { firstBin: this.firstBin + begin, usd }
  }
}

// The two loops below are most of what a reading costs. Two rows at a time, and `| 0` where the sum is known to fit, make them a tenth to a third faster.

function addRows(sums: Float64Array, raw: Float32Array, at: number, from: number, to: number, shift: number, density: number): void {
  let r = from
  for (; r < to; r = (r + 2) | 0) {
    const bin = (r + shift) | 0
    const row = (r + at) | 0
    const first = (sums[bin] as number) + (raw[row] as number) * density
    const second = (sums[(bin + 1) | 0] as number) + (raw[(row + 1) | 0] as number) * density
    sums[bin] = first
    sums[(bin + 1) | 0] = second
  }
  if (r === to) sums[r + shift] = (sums[r + shift] as number) + (raw[at + r] as number) * density
}

/** The same, with 1 − slope·(row − priceBin) of it still there, AT_LEVEL at least. */
function addThinned(
  sums: Float64Array,
  raw: Float32Array,
  at: number,
  from: number,
  to: number,
  shift: number,
  density: number,
  priceBin: number,
  slope: number,
): void {
  const left = (r: number) => 1 - slope * ((r - priceBin) | 0)
  // The few rows beyond their level lie at one end.
  let begin = from
  let last = to
  while (begin <= last && !(left(begin) > AT_LEVEL)) begin++
  while (last >= begin && !(left(last) > AT_LEVEL)) last--
  for (let r = from; r < begin; r++) sums[r + shift] = (sums[r + shift] as number) + (raw[at + r] as number) * density * AT_LEVEL
  let r = begin
  for (; r < last; r = (r + 2) | 0) {
    const bin = (r + shift) | 0
    const row = (r + at) | 0
    const first = (sums[bin] as number) + (raw[row] as number) * density * left(r)
    const second = (sums[(bin + 1) | 0] as number) + (raw[(row + 1) | 0] as number) * density * left((r + 1) | 0)
    sums[bin] = first
    sums[(bin + 1) | 0] = second
  }
  if (r === last) sums[r + shift] = (sums[r + shift] as number) + (raw[at + r] as number) * density * left(r)
  for (r = last + 1; r <= to; r++) sums[r + shift] = (sums[r + shift] as number) + (raw[at + r] as number) * density * AT_LEVEL
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
