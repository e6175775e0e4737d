/** Over which venues the flow of one market is split, and how much of it is whose. */
import { FaultlineError } from '@faultline/market/errors'
import { WIRES, type Wire } from '@faultline/market/venue'

/** Weights by wire format; those that are left out have nothing. They need not add up to anything. */
export type Shares = Partial<Record<Wire, number>>

/** As large venues stand to each other. */
export const FIVE_VENUES: Readonly<Record<Wire, number>> = { binance: 0.45, bybit: 0.2, okx: 0.18, gate: 0.07, hyperliquid: 0.1 }

/** The weights of these venues among each other. */
export const sharesOf = (wires: readonly Wire[]): Shares => Object.fromEntries(wires.map((wire) => [wire, FIVE_VENUES[wire]]))

export const sameShares = (a: Shares | undefined, b: Shares | undefined): boolean => WIRES.every((wire) => a?.[wire] === b?.[wire])

/** Deals positions and trades out by weight: the same ones to the same venue whatever happens in between. */
export class Dealer {
  readonly wires: readonly Wire[]
  /** their parts of the whole, which add up to 1 */
  readonly parts: readonly number[]
  private readonly seed: number
  private readonly upTo: readonly number[]
  /** by position id: venue + 1; 0 where it was not asked for yet */
  private known = new Uint8Array(65_536)

  /** @throws FaultlineError bad_input for weights that cannot be */
  constructor(seed: number, symbol: string, shares: Shares) {
    this.wires = WIRES.filter((wire) => shares[wire] !== undefined)
    const weights = this.wires.map((wire) => shares[wire] as number)
    const total = weights.reduce((a, b) => a + b, 0)
    if (weights.length === 0 || !weights.every((w) => w > 0 && Number.isFinite(w))) {
      throw new FaultlineError('bad_input', 'weights above 0 are needed, one per venue', { place: { field: 'shares' } })
    }
    this.parts = weights.map((w) => w / total)
    let sum = 0
    this.upTo = this.parts.map((part) => {
      sum += part
      return sum
    })
    this.seed = scrambled(`${seed}/${symbol}`)
  }

  /** Ids are given again when a position is gone: an account of one venue is followed by another one of it. */
  ofPosition(id: number): number {
    if (id >= this.known.length) {
      const wider = new Uint8Array(2 ** Math.ceil(Math.log2(id + 1)))
      wider.set(this.known)
      this.known = wider
    }
    const known = this.known[id] as number
    if (known > 0) return known - 1
    const venue = this.at(id, 0x51ed270b)
    this.known[id] = venue + 1
    return venue
  }

  /** Of the n-th trade of a market whose trader is not known. */
  ofTrade(n: number): number {
    return this.at(n, 0x2545f491)
  }

  private at(n: number, stream: number): number {
    const u = mix(mix(this.seed ^ stream) ^ n) / 2 ** 32
    const found = this.upTo.findIndex((limit) => u < limit)
    return found < 0 ? this.upTo.length - 1 : found
  }
}

/** A scrambled 32-bit whole number of a text. */
function scrambled(text: string): number {
  let state = 0x811c9dc5
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193)
  return mix(state)
}

function mix(value: number): number {
  let z = Math.imul((value ^ (value >>> 16)) | 0, 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return (z ^ (z >>> 15)) >>> 0
}

/** Of whoever holds the position of this id: `0x` and forty hexadecimal digits. The same in every market of a seed. */
export function addressOf(seed: number, id: number): string {
  let address = '0x'
  for (let part = 0; part < 5; part++) address += scrambled(`${seed}:${id}:${part}`).toString(16).padStart(8, '0')
  return address
}
