/**
 * The simulated venue's margin rules, written from the definition and from nothing else: a position dies where its equity
 * equals its maintenance margin. Maintenance is marginal, as an income tax is: each slice of the notional is charged the
 * ratio of its own bracket. No deduction amounts and no closed formula per leverage, so that truth does not share
 * arithmetic with an estimator. Fees are left out.
 */

/** One row of the venue's table, as Binance serves it in `leverageBracket`; notionals in USD. */
export interface Bracket {
  bracket: number
  notionalFloor: number
  notionalCap: number
  maintMarginRatio: number
  initialLeverage: number
}

/** The table of every simulated market: a table of our own, of the size and shape that venues give a large coin. */
export const BRACKETS: readonly Bracket[] = [
  [0, 50_000, 0.004, 125],
  [50_000, 500_000, 0.005, 100],
  [500_000, 2_000_000, 0.0065, 75],
  [2_000_000, 10_000_000, 0.01, 50],
  [10_000_000, 25_000_000, 0.02, 25],
  [25_000_000, 60_000_000, 0.05, 10],
  [60_000_000, 120_000_000, 0.1, 5],
  [120_000_000, 240_000_000, 0.125, 4],
  [240_000_000, 500_000_000, 0.25, 2],
  [500_000_000, 1_000_000_000, 0.5, 1],
].map(([notionalFloor, notionalCap, maintMarginRatio, initialLeverage], i) => ({
  bracket: i + 1,
  notionalFloor: notionalFloor as number,
  notionalCap: notionalCap as number,
  maintMarginRatio: maintMarginRatio as number,
  initialLeverage: initialLeverage as number,
}))

/** What the margin rules need to know of a position. `direction` is +1 for a long, −1 for a short. */
export interface MarginedPosition {
  direction: 1 | -1
  /** base coin, positive */
  size: number
  entry: number
  /** USD behind the position: isolated margin, or the whole wallet where margin is crossed */
  margin: number
}

/** Maintenance margin in USD of a notional in USD. Above the last cap the last ratio goes on. */
export function maintenanceMargin(notional: number, brackets: readonly Bracket[] = BRACKETS): number {
  let total = 0
  for (let i = 0; i < brackets.length; i++) {
    const b = brackets[i] as Bracket
    if (notional <= b.notionalFloor) break
    const top = i === brackets.length - 1 ? notional : Math.min(notional, b.notionalCap)
    total += (top - b.notionalFloor) * b.maintMarginRatio
  }
  return total
}

/** Highest leverage that the venue allows for a notional in USD. */
export function leverageCap(notional: number, brackets: readonly Bracket[] = BRACKETS): number {
  for (const b of brackets) if (notional <= b.notionalCap) return b.initialLeverage
  return (brackets[brackets.length - 1] as Bracket).initialLeverage
}

/** The largest notional in USD of the tier below the one that `notional` is in; 0 where there is none. */
export function lowerTierCap(notional: number, brackets: readonly Bracket[] = BRACKETS): number {
  let cap = 0
  for (const b of brackets) if (notional > b.notionalCap) cap = b.notionalCap
  return cap
}

/** Margin plus unrealised profit, in USD. */
export function equity(p: MarginedPosition, price: number): number {
  return p.margin + p.direction * p.size * (price - p.entry)
}

/**
 * The price at which equity equals maintenance margin: the excess of one over the other is a broken line in price with a
 * bend at each bracket's edge, so walk from edge to edge and cross zero on the piece that holds the sign change.
 * 0 for a long that its margin covers down to nothing.
 */
export function liquidationPrice(p: MarginedPosition, brackets: readonly Bracket[] = BRACKETS): number {
  const { direction, size } = p
  // Excess at notional n, kept as a running value at the lower edge of each bracket.
  let excess = p.margin - direction * size * p.entry
  if (direction > 0 ? excess >= 0 : excess <= 0) return 0
  for (let i = 0; i < brackets.length; i++) {
    const b = brackets[i] as Bracket
    const slope = direction - b.maintMarginRatio
    const width = i === brackets.length - 1 ? Number.POSITIVE_INFINITY : b.notionalCap - b.notionalFloor
    const toZero = -excess / slope
    if (toZero <= width) return (b.notionalFloor + toZero) / size
    excess += slope * width
  }
  return 0
}

/** The price at which nothing of the margin is left; 0 for a long that can never get there. */
export function bankruptcyPrice(p: MarginedPosition): number {
  return Math.max(0, p.entry - (p.direction * p.margin) / p.size)
}
