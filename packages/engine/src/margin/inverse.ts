import type { Side } from '@faultline/market/units'
import { assertLeverage, assertPositive, badMargin, type LinearEquity, type MarginTable, solveLinear } from './linear.ts'

/**
 * Inverse contracts: worth a fixed number of USD, margined and settled in the coin. A position of Q USD is worth Q/P coin, so in the
 * reciprocal price x = 1/P it is a linear contract with the sides swapped: an inverse long loses coin as x rises. Everything about
 * tiers carries over, with floors, caps and deductions counted in coin.
 */

export interface InverseEquity {
  side: Side
  /** the price at which `margin` is the equity */
  entry: number
  /** contract value in USD, positive on both sides */
  quantityUsd: number
  /** coin */
  margin: number
  closingFee?: number
}

/**
 * The price at which an inverse position is liquidated and the index of its tier; null where no price does it. In one tier
 * long (1 + m)·Q/(Q/E + margin + c), short (1 − m)·Q/(Q/E − margin − c), with the closing fee beside m.
 * FaultlineError `bad_input` as in solveLinear; the floors of `table` are in coin.
 */
export function solveInverse(equity: InverseEquity, table: MarginTable): { price: number | null; tier: number } {
  const { side, entry, quantityUsd, margin, closingFee } = equity
  const mirrored: LinearEquity = { side: side === 'long' ? 'short' : 'long', entry: 1 / entry, size: quantityUsd, margin }
  const { price, tier } = solveLinear(closingFee === undefined ? mirrored : { ...mirrored, closingFee }, table)
  return { price: price === null ? null : 1 / price, tier }
}

/** The price at which the initial margin is lost: long E·L/(L + 1), short E·L/(L − 1), and null for a short at 1×. */
export function inverseBankruptcyPrice({ side, entry, leverage }: { side: Side; entry: number; leverage: number }): number | null {
  assertPositive({ entry })
  assertLeverage(leverage)
  if (side === 'long') return (entry * leverage) / (leverage + 1)
  return leverage === 1 ? null : (entry * leverage) / (leverage - 1)
}

export interface LegacyCrossLong {
  /** contracts of 1 USD */
  quantityUsd: number
  entry: number
  /** coin in the account, less the margin of open orders */
  balance: number
  takerFee: number
}

/**
 * Bybit's older inverse contract, cross margin, long: the price at which the account is empty once the closing fee is paid,
 * (1 + fee)·Q/(Q/E + balance). Source: Bybit help centre 360039261334 (archived).
 */
export function legacyInverseBankruptcyPrice({ quantityUsd, entry, balance, takerFee }: LegacyCrossLong): number {
  assertPositive({ quantityUsd, entry })
  if (!(Number.isFinite(balance) && balance >= 0)) throw badMargin('balance', `${balance} is not a number of at least 0`)
  return ((1 + takerFee) * quantityUsd) / (quantityUsd / entry + balance)
}

/**
 * Its liquidation price: Q·(1/E − 1/LP) = −(balance − Q/E·m − Q·fee/BP), with the maintenance margin valued at the ENTRY price and
 * the fee at the bankruptcy price, unlike today's rule (solveInverse), where maintenance is valued at the mark. Same source.
 */
export function legacyInverseLiquidationPrice(position: LegacyCrossLong & { maintMarginRatio: number }): number {
  const { quantityUsd, entry, balance, takerFee, maintMarginRatio } = position
  const fee = (quantityUsd * takerFee) / legacyInverseBankruptcyPrice(position)
  return 1 / (1 / entry + (balance - (quantityUsd / entry) * maintMarginRatio - fee) / quantityUsd)
}
