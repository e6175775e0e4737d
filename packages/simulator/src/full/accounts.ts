/**
 * What stands behind a position besides itself: when it was opened, and for crossed margin the other positions of the same
 * wallet. These are in other instruments, whose prices mostly go where this one's news goes; what they win or lose moves the
 * wallet, and with it the liquidation price here, without a trade in this market.
 */
import { DAY_MS, HOUR_MS } from '@faultline/market/units'
import type { Books, Position } from '../books.ts'
import type { Random } from '../random.ts'

/** The other instruments: how strongly they follow this one's news. */
const BETAS = [0.7, 1, 1.3, 1.1] as const
/** Their own volatility, as a share of what this market's traders reckon with in a day. */
const OWN_VOLATILITY = 0.6
/** Share of crossed wallets that hold anything else. */
const SHARED_WALLETS = 0.75
/** Notional elsewhere over the notional here: log-normal, capped. */
const ELSEWHERE = { median: 0.6, sigma: 0.8, max: 3 }
/** How often the other positions are on the same side. */
const SAME_SIDE = 0.65
/** The other positions are exchanged for new ones after this mean time. */
const ELSEWHERE_LIFE_MS = 18 * HOUR_MS
/** Maintenance margin that the other positions lock up, as a share of their notional. */
const ELSEWHERE_MAINTENANCE = 0.01
/** A wallet is looked at anew within this time, and at each full hour. */
const ROUND_MS = HOUR_MS
/** A wallet that moved by less than this share of the notional is left as it is. */
const TOLERANCE = 1e-3

export type AccountsState = {
  others: Float64Array
  cursor: number
  ids: Int32Array
  openedAt: Float64Array
  exposures: Float64Array
  instruments: Uint8Array
  references: Float64Array
  seenAt: Float64Array
}

interface Account {
  position: Position
  openedAt: number
  /** USD per unit of log price of the other instrument, signed */
  exposure: number
  instrument: number
  /** the other instrument's log price, and the time, up to which the wallet has been reckoned */
  reference: number
  seenAt: number
}

export class Accounts {
  private readonly books: Books
  private readonly random: Random
  private readonly dayVolatility: number
  private readonly others = new Float64Array(BETAS.length)
  private readonly accounts: (Account | undefined)[] = []
  private cursor = 0

  constructor(books: Books, random: Random, dayVolatility: number) {
    this.books = books
    this.random = random
    this.dayVolatility = dayVolatility
  }

  state(): AccountsState {
    const open: Account[] = []
    for (let i = 0; i < this.books.count; i++) open.push(this.of(this.books.at(i)))
    return {
      others: this.others.slice(),
      cursor: this.cursor,
      ids: Int32Array.from(open, (a) => a.position.id),
      openedAt: Float64Array.from(open, (a) => a.openedAt),
      exposures: Float64Array.from(open, (a) => a.exposure),
      instruments: Uint8Array.from(open, (a) => a.instrument),
      references: Float64Array.from(open, (a) => a.reference),
      seenAt: Float64Array.from(open, (a) => a.seenAt),
    }
  }

  /** The books must have been restored. */
  restore(state: AccountsState): void {
    this.others.set(state.others)
    this.cursor = state.cursor
    state.ids.forEach((id, i) => {
      this.accounts[id] = {
        position: this.books.get(id),
        openedAt: state.openedAt[i] as number,
        exposure: state.exposures[i] as number,
        instrument: state.instruments[i] as number,
        reference: state.references[i] as number,
        seenAt: state.seenAt[i] as number,
      }
    })
  }

  /**
   * Takes a position into the books of wallets, once, and says whether it was new; the margin of a shared wallet then holds
   * what the other positions were opened with.
   */
  meet(position: Position, now: number): boolean {
    if (this.accounts[position.id]?.position === position) return false
    const account: Account = { position, openedAt: now, exposure: 0, instrument: 0, reference: 0, seenAt: now }
    this.accounts[position.id] = account
    if (!position.cross || !this.random.chance(SHARED_WALLETS)) return true
    this.holdElsewhere(account)
    const notional = position.lots * this.books.lotSize * position.entry
    const free = Math.max(0, position.margin / notional - ELSEWHERE_MAINTENANCE)
    position.margin += Math.abs(account.exposure) * free
    this.books.revalue(position)
    return true
  }

  /** When the position was opened, UTC ms. */
  openedAt(position: Position): number {
    return this.of(position).openedAt
  }

  /** USD that the wallet of a position holds in other instruments, both sides. */
  elsewhere(position: Position): number {
    return Math.abs(this.of(position).exposure)
  }

  /** The other instruments go on by a step; `news` is this one's. */
  step(stepMs: number, news: number): void {
    const own = OWN_VOLATILITY * this.dayVolatility * Math.sqrt(stepMs / DAY_MS)
    BETAS.forEach((beta, i) => {
      this.others[i] = (this.others[i] as number) + beta * news + own * this.random.normal()
    })
  }

  /** A part of the wallets is looked at anew, all within an hour; `all` of them at once. Tells whose have moved. */
  review(now: number, stepMs: number, moved: (position: Position) => void, all: boolean): void {
    const { books } = this
    const count = all ? books.count : Math.ceil((books.count * stepMs) / ROUND_MS)
    for (let n = 0; n < count; n++) {
      this.cursor = this.cursor + 1 < books.count ? this.cursor + 1 : 0
      const position = books.at(this.cursor)
      if (position.cross && this.reckon(position, now)) moved(position)
    }
  }

  /** Books what the other positions won or lost since; true if that moved the liquidation price. */
  reckon(position: Position, now: number): boolean {
    const account = this.of(position)
    if (account.exposure === 0) return false
    const price = this.others[account.instrument] as number
    const won = account.exposure * (price - account.reference)
    const notional = position.lots * this.books.lotSize * position.entry
    const leaves = this.random.chance(1 - Math.exp(-(now - account.seenAt) / ELSEWHERE_LIFE_MS))
    account.seenAt = now
    if (!leaves && Math.abs(won) < TOLERANCE * notional) return false
    account.reference = price
    position.margin += won
    if (leaves) this.holdElsewhere(account)
    this.books.revalue(position)
    return true
  }

  private holdElsewhere(account: Account): void {
    const { random } = this
    const { position } = account
    const ratio = Math.min(ELSEWHERE.max, random.logNormal(ELSEWHERE.median, ELSEWHERE.sigma))
    const side = random.chance(SAME_SIDE) ? position.direction : -position.direction
    account.exposure = side * ratio * position.lots * this.books.lotSize * position.entry
    account.instrument = random.below(BETAS.length)
    account.reference = this.others[account.instrument] as number
  }

  private of(position: Position): Account {
    return this.accounts[position.id] as Account
  }
}
