import type { PreparedCascade } from '@faultline/engine/readings/cascade'
import { countWithin } from '@faultline/engine/readings/levels'

/** One round: what was triggered at `from`, and where selling (or buying) that led. Distances are natural log of price from where it began. */
export interface ChainStep {
  from: number
  to: number
  /** USD of the levels that were triggered */
  liquidatedUsd: number
  /** USD of that which reached the book */
  soldUsd: number
}

/**
 * A price shock's cascade round by round: what a round triggers is sold, and the next one triggers what the price has then come to. By the
 * same comparisons as `Cascade.priceShock`, so the last step ends where that ends, and the steps add up to what it liquidates; for any
 * depth, where `walkBook` needs the single levels of a book. None where nothing is triggered.
 */
export function chainSteps(prepared: PreparedCascade, distance: number, passThrough: number): ChainStep[] {
  const { side, levels, depth, needed } = prepared
  const eaten = depth.within(side, distance)
  const steps: ChainStep[] = []
  let [from, count, sum] = [distance, 0, 0]
  for (;;) {
    let next = count === 0 ? countWithin(levels, distance) : count
    const sold = eaten + passThrough * sum
    while (next < needed.length && (needed[next] as number) < sold) next++
    if (next === count) return steps
    count = next
    const liquidatedUsd = (levels.cumulative[count - 1] as number) - sum
    sum += liquidatedUsd
    const forced = passThrough * sum
    const reached = forced > 0 ? depth.reach(side, eaten + forced) : distance
    const to = Math.max(distance, reached === Number.POSITIVE_INFINITY ? depth.end(side) : reached)
    steps.push({ from, to, liquidatedUsd, soldUsd: passThrough * liquidatedUsd })
    from = to
  }
}

/** At most `most` rows: the last one takes the rest together, and says with `last` up to which round. */
export function shownSteps(steps: readonly ChainStep[], most: number): (ChainStep & { first: number; last: number })[] {
  const rows = steps.map((step, i) => ({ ...step, first: i + 1, last: i + 1 }))
  if (rows.length <= most) return rows
  const rest = rows.slice(most - 1)
  const [head, tail] = [rest[0], rest[rest.length - 1]]
  if (!head || !tail) return rows
  const sum = (read: (step: ChainStep) => number) => rest.reduce((total, step) => total + read(step), 0)
  return [
    ...rows.slice(0, most - 1),
    { ...head, to: tail.to, last: tail.last, liquidatedUsd: sum((s) => s.liquidatedUsd), soldUsd: sum((s) => s.soldUsd) },
  ]
}
