/**
 * What the traders do in a step: arrive, choose side, size, leverage and stops, look at their positions again, close, add
 * or top up. Choices rest on what a trader can see: past prices, the crowd's mood, and for hedgers the maker's inventory,
 * which is the premium that they are paid for.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import type { Position } from './books.ts'
import type { Character } from './character.ts'
import type { Exchange } from './exchange.ts'
import { equity, leverageCap } from './margin.ts'
import { CONTRARIAN, HEDGER, LEVERAGE_MENU, MOMENTUM, POPULATIONS, type Population, SWING } from './populations.ts'
import { paretoMean, type Random } from './random.ts'
import type { Weather } from './weather.ts'

/** Exponential averages of log price that trends are measured against, with the volatility of a day as yardstick. */
const TRENDS_MS = [15 * MINUTE_MS, 4 * HOUR_MS, DAY_MS] as const
/** A rumour: for some minutes the momentum crowd arrives faster and on one side. */
const RUMOURS_PER_DAY = 9
const RUMOUR_MEAN_MS = 12 * MINUTE_MS
const MOOD_HALF_LIFE_MS = 7 * HOUR_MS
/** Perpetuals lean long: the mood's mean. */
const MOOD_MEAN = 0.15
/** Maker inventory, as a share of open interest, at which hedgers come several times as often. */
const INVENTORY_SCALE = 0.012
const VOLUME_CHURN_PER_DAY = 1.3

export type CrowdState = { averages: Float64Array; mood: number; rumourUntil: number; rumourDirection: number }

export class Crowd {
  private readonly exchange: Exchange
  private readonly random: Random
  private readonly character: Character
  private readonly openInterestUsd: number
  private readonly stepMs: number
  private readonly averages = [0, 0, 0]
  private readonly populations: readonly Population[]
  private readonly meanSizeUsd: number[]
  private readonly closingPerHour: number
  private mood = MOOD_MEAN
  private rumour: { until: number; direction: 1 | -1 } | null = null

  constructor(exchange: Exchange, random: Random, options: { character: Character; stepMs: number; populations?: readonly Population[] }) {
    this.exchange = exchange
    this.random = random
    this.character = options.character
    this.openInterestUsd = options.character.openInterestUsd
    this.stepMs = options.stepMs
    this.averages.fill(exchange.logPrice)
    this.populations = options.populations ?? POPULATIONS
    this.meanSizeUsd = this.populations.map((p) => paretoMean(p.size.min, p.size.max, p.size.alpha) * this.openInterestUsd)
    // Reviews are drawn at the rate of the most restless trader and thinned by each position's own.
    this.closingPerHour = Math.max(
      ...this.populations.map((p) => (p.lifeHours > 100 ? 4 : 1.5) / p.lifeHours + p.averagingPerHour + p.topUpPerHour),
    )
  }

  /** Net position of the leveraged crowd as a share of what it holds, −1 to 1: what hedgers and the maker are against. */
  crowding(): number {
    let net = 0
    let gross = 0
    this.exchange.books.heldBy.forEach(({ long, short }, population) => {
      if (population === HEDGER) return
      net += long - short
      gross += long + short
    })
    return gross > 0 ? net / gross : 0
  }

  /** The market before the first step: positions of all ages, entered at prices of a random past, none of them dead. */
  populate(): void {
    const { exchange, random } = this
    const now = exchange.mark
    this.populations.forEach((population, index) => {
      const target = population.share * this.openInterestUsd
      const held = { long: 0, short: 0 }
      while (held.long < target || held.short < target) {
        const direction = held.long <= held.short ? 1 : -1
        const order = this.order(index, direction, now)
        const size = order.lots * exchange.books.lotSize
        const ageDays = (random.exponential() * population.lifeHours) / 24
        for (let attempt = 0; ; attempt++) {
          const entry = attempt < 8 ? now * Math.exp(this.character.dayVolatility * Math.sqrt(ageDays) * random.normal()) : now
          const margin = ((size * entry) / order.leverage) * (1 + order.spare)
          const position = exchange.books.open({ ...order, entry, margin, stop: 0, takeProfit: 0 })
          if (attempt < 8 && direction * (now - position.liquidation) <= 0.004 * now) {
            exchange.books.close(position)
            continue
          }
          exchange.watch(position)
          break
        }
        held[direction > 0 ? 'long' : 'short'] += size * now
      }
    })
  }

  state(): CrowdState {
    const { averages, mood, rumour } = this
    return {
      averages: Float64Array.from(averages),
      mood,
      rumourUntil: rumour?.until ?? 0,
      rumourDirection: rumour?.direction ?? 0,
    }
  }

  restore(state: CrowdState): void {
    state.averages.forEach((value, i) => {
      this.averages[i] = value
    })
    this.mood = state.mood
    const direction = state.rumourDirection
    this.rumour = direction === 0 ? null : { until: state.rumourUntil, direction: direction > 0 ? 1 : -1 }
  }

  step(time: number, weather: Weather): void {
    this.look(time)
    const hours = (this.stepMs / HOUR_MS) * weather.activity * this.character.activity
    for (let i = 0; i < this.populations.length; i++) this.arrive(i, hours)
    this.review(hours)
    this.tradeAround(weather)
  }

  private look(time: number): void {
    const { random, stepMs } = this
    for (let i = 0; i < TRENDS_MS.length; i++) {
      const average = this.averages[i] as number
      this.averages[i] = average + (this.exchange.logPrice - average) * Math.min(1, stepMs / (TRENDS_MS[i] as number))
    }
    const keep = Math.exp((-Math.LN2 * stepMs) / MOOD_HALF_LIFE_MS)
    this.mood = MOOD_MEAN + (this.mood - MOOD_MEAN) * keep + 0.35 * Math.sqrt(1 - keep * keep) * random.normal()
    if (this.rumour && time >= this.rumour.until) this.rumour = null
    if (!this.rumour && random.chance((RUMOURS_PER_DAY * stepMs) / DAY_MS)) {
      const direction = random.chance(logistic(1.5 * this.trend(1) + this.mood)) ? 1 : -1
      this.rumour = { until: time + RUMOUR_MEAN_MS * random.exponential(), direction }
    }
  }

  /** How far the price has run from its average, in volatilities of that horizon. */
  private trend(i: 0 | 1 | 2): number {
    return (this.exchange.logPrice - (this.averages[i] as number)) / (this.character.dayVolatility * Math.sqrt(TRENDS_MS[i] / DAY_MS))
  }

  /** Maker's inventory in units of INVENTORY_SCALE of the open interest. */
  private inventory(): number {
    const { books } = this.exchange
    return books.makerLots / Math.max(1, books.openInterestLots) / INVENTORY_SCALE
  }

  private buyProbability(population: number): number {
    switch (population) {
      case MOMENTUM:
        return logistic(1.1 * this.trend(0) + 0.5 * this.trend(1) + this.mood + (this.rumour ? 2 * this.rumour.direction : 0))
      case CONTRARIAN:
        return logistic(-1.2 * this.trend(0) - 0.8 * this.trend(1) + 0.3 * this.mood)
      case SWING:
        return logistic(0.5 * this.trend(2) - 0.3 * this.trend(1) + 0.5 * this.mood)
      default:
        // Hedgers take over what the maker is left with: they buy when it is long.
        return logistic(2 * this.inventory())
    }
  }

  private arrive(index: number, hours: number): void {
    const p = this.populations[index] as Population
    const live = (p.share * 2 * this.openInterestUsd) / (this.meanSizeUsd[index] as number)
    let rate = live / p.lifeHours
    if (index === MOMENTUM && this.rumour) rate *= 3
    if (index === HEDGER) rate *= Math.min(12, 0.5 + 0.7 * this.inventory() ** 2)
    for (let n = this.random.poisson(rate * hours); n > 0; n--) {
      const direction = this.random.chance(this.buyProbability(index)) ? 1 : -1
      this.openOne(index, direction)
    }
  }

  /** Size, leverage and margin mode of a new position; the leverage is continuous and within the bracket of the notional. */
  private order(index: number, direction: 1 | -1, price: number) {
    const { random } = this
    const p = this.populations[index] as Population
    const notional = this.openInterestUsd * random.pareto(p.size.min, p.size.max, p.size.alpha)
    const lots = Math.max(1, Math.round(notional / (price * this.exchange.books.lotSize)))
    const cap = Math.min(p.leverage.max, leverageCap(notional, this.character.brackets))
    const wanted = random.logNormal(p.leverage.median * this.character.leverageAppetite, p.leverage.sigma)
    // Who wants more than is allowed stays somewhere below the limit, not all on it.
    const free = Math.max(Math.min(p.leverage.min, cap), wanted < cap ? wanted : cap * random.between(0.6, 1))
    // No draw for a crowd without a menu: its streams of chance stay as they are.
    const leverage = p.menu && random.chance(p.menu) ? offered(wanted, cap) : free
    const cross = random.chance(p.cross.share)
    const spare = cross ? p.cross.spare * random.exponential() : 0
    return { population: index, direction, lots, leverage, cross, spare }
  }

  private openOne(index: number, direction: 1 | -1): void {
    const { random, exchange } = this
    const p = this.populations[index] as Population
    const { leverage, spare, ...order } = this.order(index, direction, exchange.price)
    // A stop cuts the loss at a part of the margin, a target takes a multiple of what volatility gives in a life.
    const room = (1 + spare) / leverage
    const stop = random.chance(p.stopShare) ? exchange.price * Math.exp(-direction * room * random.between(0.25, 0.8)) : 0
    const reach = this.character.dayVolatility * Math.sqrt(p.lifeHours / 24) * random.between(0.3, 1.6)
    const takeProfit = random.chance(p.targetShare) ? exchange.price * Math.exp(direction * reach) : 0
    exchange.open({ ...order, stop, takeProfit }, leverage, spare, random.chance(p.taker))
  }

  private review(hours: number): void {
    const { random, exchange } = this
    const { books } = exchange
    for (let n = random.poisson(books.count * this.closingPerHour * hours); n > 0 && books.count > 0; n--) {
      const position = books.at(random.below(books.count))
      const p = this.populations[position.population] as Population
      let draw = random.uniform() * this.closingPerHour
      draw -= this.closingRate(position, p)
      if (draw < 0) {
        exchange.close(position, random.chance(p.taker))
        continue
      }
      draw -= p.averagingPerHour + p.topUpPerHour
      if (draw < 0) this.support(position, draw < -p.topUpPerHour)
    }
  }

  /** Winners are sold sooner than losers; hedgers leave when the maker would take the other side. */
  private closingRate(position: Position, p: Population): number {
    if (position.population === HEDGER) return Math.min(4, Math.max(0.3, 1 - position.direction * this.inventory())) / p.lifeHours
    const winning = position.direction * (this.exchange.mark - position.entry) > 0
    return (winning ? 1.4 : 0.7) / p.lifeHours
  }

  /** A position that has lost a third of its margin or more gets help: more of the same at a better price, or more margin. */
  private support(position: Position, average: boolean): void {
    const { random, exchange } = this
    const size = position.lots * exchange.books.lotSize
    const left = equity({ ...position, size }, exchange.mark)
    if (left > position.margin * 0.67) return
    if (!average) {
      exchange.addMargin(position, position.margin * random.between(0.2, 0.7))
      return
    }
    const lots = Math.round(position.lots * random.between(0.3, 1))
    const notional = size * exchange.mark * 2
    if (lots < 1 || notional > 0.02 * this.openInterestUsd) return
    const leverage = Math.min((position.entry * size) / position.margin, leverageCap(notional, this.character.brackets))
    exchange.add(position, lots, (lots * exchange.books.lotSize * exchange.mark) / Math.max(1, leverage))
  }

  /** Day trading that leaves no position behind, busier in wild hours, leaning with the last minutes. */
  private tradeAround(weather: Weather): void {
    const { exchange, random } = this
    const usd =
      VOLUME_CHURN_PER_DAY *
      this.openInterestUsd *
      (this.stepMs / DAY_MS) *
      weather.activity *
      this.character.activity *
      random.exponential()
    const lots = Math.round(usd / (exchange.price * exchange.books.lotSize))
    const buyShare = 0.5 + 0.18 * Math.tanh(0.4 * this.trend(0) + 0.5 * random.normal())
    const buys = Math.round(lots * buyShare)
    exchange.churn(buys, lots - buys)
  }
}

/** The leverage of the menu that is nearest by ratio to the one wanted, among those allowed. */
function offered(wanted: number, cap: number): number {
  let best = Math.min(1, cap)
  for (const leverage of LEVERAGE_MENU) {
    if (leverage > cap) break
    if (Math.abs(Math.log(leverage / wanted)) < Math.abs(Math.log(best / wanted))) best = leverage
  }
  return best
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x))
