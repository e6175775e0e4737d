/** Markets as the editor offers them: pure. */
import { messages } from '../../../messages.ts'
import { venueName } from '../../instruments/prepare/venue-name.ts'
import type { InstrumentListItem } from '../../instruments/server/list.ts'

type Market = Pick<InstrumentListItem, 'key' | 'venue' | 'symbol' | 'simulated' | 'sumOf'>

export interface MarketGroup {
  /** of the venue */
  name: string
  markets: { key: string; name: string }[]
}

/** By venue and name. Sums over some venues only are left out: somebody has chosen those for a look. */
export function marketGroups(list: readonly Market[], kept: string): MarketGroup[] {
  const groups = new Map<string, MarketGroup>()
  for (const { key, venue, symbol, sumOf } of list) {
    if (sumOf !== null && sumOf.length > 0 && key !== kept) continue
    const name = venueName(venue)
    const group = groups.get(name) ?? { name, markets: [] }
    group.markets.push({ key, name: symbol })
    groups.set(name, group)
  }
  const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name, 'en')
  return [...groups.values()].map((group) => ({ ...group, markets: group.markets.toSorted(byName) })).toSorted(byName)
}

/** null: every market */
export function marketNames(list: readonly Market[]): (key: string | null) => string {
  const names = new Map(list.map(({ key, symbol, venue }) => [key, `${symbol} · ${venueName(venue)}`]))
  return (key) => (key === null ? messages.alerts.rules.everyMarket : (names.get(key) ?? key))
}
