import type { ObservedFacts, ObservedPositionItem } from '../server/schema.ts'

/** Positions as the panel lists them: the largest whose liquidation lies near `price`, with how far it is, as a ratio. */
export function listed(
  positions: readonly ObservedPositionItem[],
  price: number | null,
  most = 8,
): (ObservedPositionItem & { distance: number | null })[] {
  return positions.slice(0, most).map((p) => ({ ...p, distance: price === null ? null : p.liquidationPrice / price - 1 }))
}

/** What is seen of several instruments (members of a sum), in one. */
export function together(
  facts: readonly ObservedFacts[],
): { share: number | null; usd: number; accounts: number; oldestAt: number | null } | null {
  if (facts.length === 0) return null
  const oldest = facts.flatMap((f) => (f.oldestAt === null ? [] : [f.oldestAt]))
  const usd = (f: ObservedFacts) => f.longUsd + f.shortUsd
  const known = facts.filter((f) => f.share !== null && f.share > 0)
  // Open interest is what was seen over its share: of unknown ones nothing is known.
  const interest = known.reduce((sum, f) => sum + usd(f) / (f.share as number), 0)
  return {
    share: known.length === facts.length && interest > 0 ? known.reduce((sum, f) => sum + usd(f), 0) / interest : null,
    usd: facts.reduce((sum, f) => sum + usd(f), 0),
    accounts: Math.max(...facts.map((f) => f.accounts)),
    oldestAt: oldest.length > 0 ? Math.min(...oldest) : null,
  }
}

/** `12 %`, `0.4 %`, `under 0.1 %` */
export function shareText(share: number): string {
  const percent = share * 100
  if (percent < 0.1) return percent > 0 ? 'under 0.1\u202f%' : '0\u202f%'
  return `${percent < 10 ? Number(percent.toFixed(1)) : Math.round(percent)}\u202f%`
}
