/**
 * Prices at which something happens to a position, the next one on top: the highest for those that wait below the market,
 * the lowest for those above it. Entries are never removed when a position changes; they carry the generation of the
 * position they were made for, and stale ones are skipped when they surface and swept out when they are the majority.
 */
export interface Trigger {
  price: number
  position: number
  kind: number
}

export type TriggerHeapState = {
  keys: Float64Array
  positions: Int32Array
  generations: Int32Array
  kinds: Uint8Array
  compactAt: number
}

export class TriggerHeap {
  private readonly sign: 1 | -1
  private keys = new Float64Array(1024)
  private positions = new Int32Array(1024)
  private generations = new Int32Array(1024)
  private kinds = new Uint8Array(1024)
  private size = 0
  private compactAt = 65_536
  private readonly isCurrent: (position: number, generation: number) => boolean

  constructor(waits: 'below' | 'above', isCurrent: (position: number, generation: number) => boolean) {
    this.sign = waits === 'below' ? -1 : 1
    this.isCurrent = isCurrent
  }

  get length(): number {
    return this.size
  }

  /** The entries as they lie: stale ones and their order are part of what happens next. */
  state(): TriggerHeapState {
    const { size } = this
    return {
      keys: this.keys.slice(0, size),
      positions: this.positions.slice(0, size),
      generations: this.generations.slice(0, size),
      kinds: this.kinds.slice(0, size),
      compactAt: this.compactAt,
    }
  }

  restore(state: TriggerHeapState): void {
    while (this.keys.length < state.keys.length) this.grow()
    this.keys.set(state.keys)
    this.positions.set(state.positions)
    this.generations.set(state.generations)
    this.kinds.set(state.kinds)
    this.size = state.keys.length
    this.compactAt = state.compactAt
  }

  push(price: number, position: number, generation: number, kind: number): void {
    if (this.size === this.compactAt) this.compact()
    if (this.size === this.keys.length) this.grow()
    this.place(this.size, price * this.sign, position, generation, kind)
    this.up(this.size++)
  }

  /** Takes the next trigger that the price reaches on its way to `price`, or null. */
  takeReached(price: number): Trigger | null {
    const limit = price * this.sign
    while (this.size > 0 && (this.keys[0] as number) <= limit) {
      const position = this.positions[0] as number
      const generation = this.generations[0] as number
      const out = { price: (this.keys[0] as number) * this.sign, position, kind: this.kinds[0] as number }
      this.pop()
      if (this.isCurrent(position, generation)) return out
    }
    return null
  }

  private pop(): void {
    const last = --this.size
    if (last === 0) return
    this.copy(last, 0)
    this.down(0)
  }

  private compact(): void {
    let kept = 0
    for (let i = 0; i < this.size; i++) {
      if (this.isCurrent(this.positions[i] as number, this.generations[i] as number)) this.copy(i, kept++)
    }
    this.size = kept
    for (let i = (kept >> 1) - 1; i >= 0; i--) this.down(i)
    this.compactAt = Math.max(65_536, kept * 2)
  }

  private place(i: number, key: number, position: number, generation: number, kind: number): void {
    this.keys[i] = key
    this.positions[i] = position
    this.generations[i] = generation
    this.kinds[i] = kind
  }

  private copy(from: number, to: number): void {
    this.place(to, this.keys[from] as number, this.positions[from] as number, this.generations[from] as number, this.kinds[from] as number)
  }

  private up(start: number): void {
    let i = start
    const key = this.keys[i] as number
    const position = this.positions[i] as number
    const generation = this.generations[i] as number
    const kind = this.kinds[i] as number
    while (i > 0) {
      const parent = (i - 1) >> 1
      if ((this.keys[parent] as number) <= key) break
      this.copy(parent, i)
      i = parent
    }
    this.place(i, key, position, generation, kind)
  }

  private down(start: number): void {
    let i = start
    const key = this.keys[i] as number
    const position = this.positions[i] as number
    const generation = this.generations[i] as number
    const kind = this.kinds[i] as number
    for (;;) {
      let child = 2 * i + 1
      if (child >= this.size) break
      if (child + 1 < this.size && (this.keys[child + 1] as number) < (this.keys[child] as number)) child++
      if ((this.keys[child] as number) >= key) break
      this.copy(child, i)
      i = child
    }
    this.place(i, key, position, generation, kind)
  }

  private grow(): void {
    const next = this.keys.length * 2
    const keys = new Float64Array(next)
    keys.set(this.keys)
    this.keys = keys
    const positions = new Int32Array(next)
    positions.set(this.positions)
    this.positions = positions
    const generations = new Int32Array(next)
    generations.set(this.generations)
    this.generations = generations
    const kinds = new Uint8Array(next)
    kinds.set(this.kinds)
    this.kinds = kinds
  }
}
