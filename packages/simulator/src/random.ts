export type RandomState = { a: number; b: number; c: number; counter: number; spare: number }

/**
 * Seeded random numbers: sfc32 behind a splitmix32 seeding, one independent stream per name, so that a draw more in one
 * place of the simulator does not shift the draws of another. Same seed and name, same numbers, on every machine.
 */
export class Random {
  private a: number
  private b: number
  private c: number
  private counter = 1
  private spare = Number.NaN

  /** @param seed a safe integer ≥ 0 @param stream name of the stream */
  constructor(seed: number, stream: string) {
    let state = (seed >>> 0) ^ Math.imul(Math.floor(seed / 2 ** 32) + 1, 0x9e3779b1)
    for (let i = 0; i < stream.length; i++) state = Math.imul(state ^ stream.charCodeAt(i), 0x01000193)
    const mix = (): number => {
      state = (state + 0x9e3779b9) | 0
      let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
      return (z ^ (z >>> 15)) | 0
    }
    this.a = mix()
    this.b = mix()
    this.c = mix()
    for (let i = 0; i < 12; i++) this.uint32()
  }

  state(): RandomState {
    return { a: this.a, b: this.b, c: this.c, counter: this.counter, spare: this.spare }
  }

  restore(state: RandomState): void {
    this.a = state.a
    this.b = state.b
    this.c = state.c
    this.counter = state.counter
    this.spare = state.spare
  }

  private uint32(): number {
    const t = (((this.a + this.b) | 0) + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = (this.c << 21) | (this.c >>> 11)
    this.c = (this.c + t) | 0
    return t >>> 0
  }

  /** Uniform in (0, 1): never an end, so that a logarithm of it is finite. */
  uniform(): number {
    return (this.uint32() + 0.5) / 2 ** 32
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.uniform()
  }

  /** Integer in [0, n). */
  below(n: number): number {
    return Math.floor(this.uniform() * n)
  }

  chance(probability: number): boolean {
    return this.uniform() < probability
  }

  sign(): 1 | -1 {
    return this.uniform() < 0.5 ? 1 : -1
  }

  /** Standard normal, by the polar method. */
  normal(): number {
    if (!Number.isNaN(this.spare)) {
      const kept = this.spare
      this.spare = Number.NaN
      return kept
    }
    for (;;) {
      const u = 2 * this.uniform() - 1
      const v = 2 * this.uniform() - 1
      const s = u * u + v * v
      if (s >= 1 || s === 0) continue
      const scale = Math.sqrt((-2 * Math.log(s)) / s)
      this.spare = v * scale
      return u * scale
    }
  }

  /** Mean 1. */
  exponential(): number {
    return -Math.log(this.uniform())
  }

  logNormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.normal())
  }

  /** Pareto with tail exponent `alpha`, cut off at `max`. */
  pareto(min: number, max: number, alpha: number): number {
    const top = 1 - (min / max) ** alpha
    return min * (1 - this.uniform() * top) ** (-1 / alpha)
  }

  poisson(mean: number): number {
    if (mean <= 0) return 0
    if (mean > 40) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()))
    const floor = Math.exp(-mean)
    let product = this.uniform()
    let n = 0
    while (product > floor) {
      product *= this.uniform()
      n++
    }
    return n
  }
}

/** Mean of Random.pareto(min, max, alpha), alpha ≠ 1. */
export function paretoMean(min: number, max: number, alpha: number): number {
  const ratio = min / max
  return ((alpha * min) / (alpha - 1)) * ((1 - ratio ** (alpha - 1)) / (1 - ratio ** alpha))
}
