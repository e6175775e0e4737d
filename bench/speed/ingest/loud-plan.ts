/** What the loud venues are told, and what they tell of it. */
import type { Wire } from '@faultline/market/venue'

/** What has to be a row, by table. */
export const KINDS = ['mark_price', 'liquidation', 'candle', 'depth'] as const
export type Kind = (typeof KINDS)[number]
/** of each instrument, in the order of the venue's list */
export type Counts = Record<Kind, number[]>

export interface Phase {
  /** UTC ms, full minutes */
  from: number
  to: number
  /** rows of each venue */
  perSecond: Readonly<Partial<Record<Wire, number>>>
}

export interface PhaseReport {
  rows: Partial<Record<Wire, Counts>>
  /** all messages of sockets, those among them that are not stored */
  messages: Partial<Record<Wire, number>>
  /** behind its own schedule, ms at most */
  lateMs: number
  /** bytes that a socket had not taken when the next tick came, at most */
  waitingBytes: number
}

export interface Listening {
  wire: Wire
  port: number
  instruments: { symbol: string; baseAsset: string; quoteAsset: string; contractSize: number }[]
}

export type FromVenue = { kind: 'listening'; venues: Listening[] } | { kind: 'sent'; phases: PhaseReport[] }

/** Marks once a second: what quiet instruments leave behind where a feed stores no more of them. */
export const leastPerSecond = (wire: Wire, instruments: number): number => (wire === 'binance' ? 0 : instruments)

/** Rows of each venue: Hyperliquid, which tells no liquidations, as many as it can, the others the same of what is left. */
export function shares(wires: readonly Wire[], instrumentsEach: number, perSecond: number): Partial<Record<Wire, number>> {
  const fixed = wires.includes('hyperliquid') ? leastPerSecond('hyperliquid', instrumentsEach) : 0
  const others = wires.filter((wire) => wire !== 'hyperliquid')
  const share = (perSecond - fixed) / others.length
  const short = others.find((wire) => share < leastPerSecond(wire, instrumentsEach))
  if (short)
    throw new Error(
      `${perSecond} rows a second are fewer than ${wires.length} venues of ${instrumentsEach} instruments tell while they are quiet`,
    )
  return { ...Object.fromEntries(others.map((wire) => [wire, share])), ...(fixed > 0 ? { hyperliquid: fixed } : {}) }
}
