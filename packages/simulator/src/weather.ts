/**
 * What comes from outside: news, other markets, the hour of the day. Volatility is the product of three mean-reverting
 * factors (minutes, hours, days), so that quiet and wild stretches cluster on every scale; jumps with a Pareto tail come
 * on top and stir the fast factor. Activity of traders and depth of the book follow it.
 */
import { DAY_MS, HOUR_MS } from '@faultline/market/units'
import { type Character, wildness } from './character.ts'
import type { Random } from './random.ts'

interface Factor {
  halfLifeMs: number
  deviation: number
  value: number
}

const LOG_TWO = Math.LN2
/** A jump arrives over this time, not in one print. */
const JUMP_SPREAD_MS = 25_000
/** Log price that the crowd moves in a step before it is alarmed at itself. */
const ALARMING = 0.002

export type WeatherState = {
  stress: number
  activity: number
  depth: number
  factors: Float64Array
  mood: number
  pendingJump: number
}

export class Weather {
  /** present volatility over its long-run mean */
  stress = 1
  /** how busy traders are, mean about 1 */
  activity = 1
  /** depth of the book over its normal depth */
  depth = 1
  private readonly random: Random
  private readonly stepMs: number
  private readonly factors: Factor[] = [
    { halfLifeMs: 25 * 60_000, deviation: 0.36, value: 0 },
    { halfLifeMs: 6 * HOUR_MS, deviation: 0.42, value: 0 },
    { halfLifeMs: 2.5 * DAY_MS, deviation: 0.28, value: 0 },
  ]
  private readonly mood: Factor = { halfLifeMs: 1.5 * HOUR_MS, deviation: 0.3, value: 0 }
  private readonly base: number
  private readonly jumpsPerDay: number
  private readonly jump: Character['jump']
  private readonly wildness: number
  private pendingJump = 0

  constructor(random: Random, stepMs: number, character: Character) {
    this.random = random
    this.jumpsPerDay = character.jumpsPerDay
    this.jump = character.jump
    this.wildness = wildness(character)
    this.stepMs = stepMs
    const variance = this.factors.reduce((sum, f) => sum + f.deviation ** 2, 0)
    // E[exp(2h)] = exp(2·variance): taken out, so that the character's figure is what it says.
    this.base = character.newsVolatility * Math.sqrt(stepMs / DAY_MS) * Math.exp(-variance)
    for (const f of [...this.factors, this.mood]) f.value = f.deviation * random.normal()
  }

  /** One step on: the log return that news gives in it. `time` is the step's start. */
  step(time: number): number {
    let h = 0
    for (const f of this.factors) h += this.advance(f)
    const hour = (time % DAY_MS) / HOUR_MS
    // Busiest when Europe and America overlap, quietest around 02:30 UTC.
    const season = Math.cos(((hour - 14.5) / 24) * 2 * Math.PI)
    this.stress = Math.exp(h + 0.14 * season)
    this.activity = this.stress ** 0.8 * Math.exp(this.advance(this.mood) + 0.25 * season)
    this.depth = Math.min(1.5, Math.max(0.45, this.stress ** -0.7))

    if (this.random.chance((this.jumpsPerDay * this.stress * this.stepMs) / DAY_MS)) {
      const size = this.random.pareto(this.jump.min, this.jump.max, this.jump.alpha)
      this.pendingJump += this.random.sign() * size
      this.shock(size)
    }
    const share = 1 - Math.exp(-this.stepMs / JUMP_SPREAD_MS)
    const jump = this.pendingJump * share
    this.pendingJump -= jump
    return this.base * this.stress * this.random.normal() + jump
  }

  /** A move that the crowd made itself, in log price: cascades alarm it as news does. */
  alarm(move: number): void {
    if (move > ALARMING * this.wildness) this.shock(move)
  }

  state(): WeatherState {
    const { stress, activity, depth, mood, pendingJump } = this
    return { stress, activity, depth, factors: Float64Array.from(this.factors, (f) => f.value), mood: mood.value, pendingJump }
  }

  restore(state: WeatherState): void {
    this.stress = state.stress
    this.activity = state.activity
    this.depth = state.depth
    this.factors.forEach((f, i) => {
      f.value = state.factors[i] as number
    })
    this.mood.value = state.mood
    this.pendingJump = state.pendingJump
  }

  /** A move of `size` in log price makes the next half hour wilder. */
  private shock(size: number): void {
    const fast = this.factors[0] as Factor
    fast.value = Math.min(1.4, fast.value + (22 * size) / this.wildness)
  }

  private advance(f: Factor): number {
    const keep = Math.exp((-LOG_TWO * this.stepMs) / f.halfLifeMs)
    f.value = f.value * keep + f.deviation * Math.sqrt(1 - keep * keep) * this.random.normal()
    return f.value
  }
}
