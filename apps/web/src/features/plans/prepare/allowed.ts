/** What a plan allows of ranges and markets, and why something is locked: pure, the same on the server and in the browser. */
import { plans as text } from '../../../messages/plans.ts'
import { RANGE_MS, RANGE_NAMES } from '../../heatmap/prepare/ranges.ts'
import type { HeatmapRange } from '../../heatmap/server/schema.ts'

/** What counts here of an allowance, and of a plan. `baseAssets` null: all. */
export interface Terms {
  ranges: readonly string[]
  baseAssets: readonly string[] | null
}
export interface NamedTerms extends Terms {
  name: string
}

export const allowsRange = ({ ranges }: Terms, range: string): boolean => ranges.includes(range)
export const allowsAsset = ({ baseAssets }: Terms, asset: string): boolean =>
  baseAssets === null || baseAssets.some((name) => name.toUpperCase() === asset.toUpperCase())

/** The widest that is allowed; null where none is. */
export const widestRange = ({ ranges }: Terms): HeatmapRange | null => RANGE_NAMES.findLast((name) => ranges.includes(name)) ?? null

/** `range` where it is allowed; else the next narrower one that is, else the narrowest of all; null where none is. */
export function allowedRange(terms: Terms, range: HeatmapRange): HeatmapRange | null {
  const narrower = RANGE_NAMES.slice(0, RANGE_NAMES.indexOf(range) + 1).findLast((name) => allowsRange(terms, name))
  return narrower ?? RANGE_NAMES.find((name) => allowsRange(terms, name)) ?? null
}

/** How far back from a market's end one may look, ms; null: as far as there is something. */
export function reachMs(terms: Terms): number | null {
  const widest = widestRange(terms)
  return widest === RANGE_NAMES.at(-1) ? null : widest === null ? 0 : RANGE_MS[widest]
}

/** Why a range is locked; null where it is not. `plans` in their order: the first that has it is named. */
export function rangeLock(terms: Terms, plans: readonly NamedTerms[], range: string): string | null {
  return allowsRange(terms, range) ? null : text.locked(range, plans.find((plan) => allowsRange(plan, range))?.name ?? null)
}

export function assetLock(terms: Terms, plans: readonly NamedTerms[], asset: string): string | null {
  return allowsAsset(terms, asset) ? null : text.locked(asset, plans.find((plan) => allowsAsset(plan, asset))?.name ?? null)
}

/** What is said where somebody asks for earlier times than the plan goes back to. */
export function reachWords(terms: NamedTerms, plans: readonly NamedTerms[]): string {
  const mine = reachMs(terms) ?? Number.POSITIVE_INFINITY
  const further = plans.find((plan) => (reachMs(plan) ?? Number.POSITIVE_INFINITY) > mine)
  return text.reach(terms.name, widestRange(terms) ?? '0d', further?.name ?? null)
}

/** What is asked for, without what lies before the time that the plan goes back to: a screen may reach further than its picture. */
export function withinReach<A extends { window?: { from: number; to: number } | null | undefined }>(
  terms: Terms,
  asked: A,
  end: number,
): A {
  const reach = reachMs(terms)
  if (reach === null || !asked.window) return asked
  const from = Math.max(asked.window.from, end - reach)
  return { ...asked, window: { from, to: Math.max(asked.window.to, from + 1) } }
}
