/**
 * Bars traded since the last open-interest figure: when the next one comes, what opened meanwhile opened along them. Past HELD_CAPACITY
 * bars neighbours are merged two by two, so that a long absence of figures costs resolution and not memory.
 */
export const HELD_CAPACITY = 64
const FIELDS = 5

export class HeldBars {
  count = 0
  /** time that the bars cover, gaps not included */
  coveredMs = 0
  /** open, high, low, close, volume per bar */
  readonly bars = new Float64Array(HELD_CAPACITY * FIELDS)

  push(open: number, high: number, low: number, close: number, volume: number, bucketMs: number): void {
    if (this.count === HELD_CAPACITY) this.mergePairs()
    const at = this.count * FIELDS
    this.bars[at] = open
    this.bars[at + 1] = high
    this.bars[at + 2] = low
    this.bars[at + 3] = close
    this.bars[at + 4] = volume
    this.count++
    this.coveredMs += bucketMs
  }

  clear(): void {
    this.count = 0
    this.coveredMs = 0
  }

  open(i: number): number {
    return this.bars[i * FIELDS] as number
  }
  high(i: number): number {
    return this.bars[i * FIELDS + 1] as number
  }
  low(i: number): number {
    return this.bars[i * FIELDS + 2] as number
  }
  close(i: number): number {
    return this.bars[i * FIELDS + 3] as number
  }
  volume(i: number): number {
    return this.bars[i * FIELDS + 4] as number
  }

  totalVolume(): number {
    let total = 0
    for (let i = 0; i < this.count; i++) total += this.volume(i)
    return total
  }

  /** What is stored of the bars: count × 5 numbers. */
  used(): Float64Array {
    return this.bars.subarray(0, this.count * FIELDS)
  }

  restore(values: Float64Array, coveredMs: number): void {
    this.bars.set(values)
    this.count = values.length / FIELDS
    this.coveredMs = coveredMs
  }

  private mergePairs(): void {
    for (let i = 0; i < HELD_CAPACITY / 2; i++) {
      const [a, b, at] = [2 * i, 2 * i + 1, i * FIELDS]
      const open = this.open(a)
      const high = Math.max(this.high(a), this.high(b))
      const low = Math.min(this.low(a), this.low(b))
      const close = this.close(b)
      const volume = this.volume(a) + this.volume(b)
      this.bars[at] = open
      this.bars[at + 1] = high
      this.bars[at + 2] = low
      this.bars[at + 3] = close
      this.bars[at + 4] = volume
    }
    this.count = HELD_CAPACITY / 2
  }
}
