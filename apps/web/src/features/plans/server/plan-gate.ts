import type { Database } from '@faultline/db/database'
import { type GatedMarket, gatedMarket, gatedMarketOfBuild, gatedMarkets } from '@faultline/db/repositories/gated-markets'
import { type Allowance, listPlans } from '@faultline/db/repositories/plans'
import { FaultlineError } from '@faultline/market/errors'
import { tileEnd } from '@faultline/market/tile-build'
import { DAY_MS, MINUTE_MS } from '@faultline/market/units'
import { LRUCache } from 'lru-cache'
import { RANGE_MS } from '../../heatmap/prepare/ranges.ts'
import type { HeatmapViewInput } from '../../heatmap/server/schema.ts'
import { allowsAsset, assetLock, type NamedTerms, rangeLock, reachMs, reachWords, widestRange } from '../prepare/allowed.ts'

interface Options {
  db: Database
  /** of a build, if it is known for sure at this moment */
  lastBucketOf: (buildId: number) => number | undefined
}

/** A market's name and end are believed for so long; what is newer has come to everybody. */
const BELIEVE_MS = 60_000
/** Pages ask for stretches by an end that has moved on since, and a night's sleep of a computer is no reason to refuse. */
const SLACK_MS = DAY_MS

/**
 * Stands before what is shown of markets: who may not see something is told so, and which plan has it. What it asks is in memory
 * after the first time, and of who is not limited it asks nothing.
 */
export class PlanGate {
  private readonly options: Options
  private readonly byText = new LRUCache<string, Promise<GatedMarket>>({ max: 5_000, ttl: BELIEVE_MS })
  private readonly byBuild = new LRUCache<number, Promise<GatedMarket | null>>({ max: 5_000, ttl: BELIEVE_MS })
  private readonly named = new LRUCache<'plans', Promise<NamedTerms[]>>({ max: 1, ttl: 5_000 })

  constructor(options: Options) {
    this.options = options
  }

  /** The plans that there are, in their order. */
  plans(): Promise<NamedTerms[]> {
    return remember(this.named, 'plans', async () =>
      (await listPlans(this.options.db, { kind: 'authenticator' })).map(({ name, ranges, baseAssets, allAssets }) => ({
        name,
        ranges,
        baseAssets: allAssets ? null : baseAssets,
      })),
    )
  }

  /** Somebody has changed them. */
  forgetPlans(): void {
    this.named.clear()
  }

  /** @throws FaultlineError forbidden; not_found and bad_input as findInstrument() */
  async view(allowance: Allowance, input: Pick<HeatmapViewInput, 'instrument' | 'range' | 'window'>): Promise<void> {
    if (!allowance.ranges.includes(input.range)) throw refused(rangeLock(allowance, await this.plans(), input.range))
    await this.market(allowance, input.instrument, input.window?.from)
  }

  /** One market, and of it nothing before `from` (UTC ms). @throws as view() */
  async market(allowance: Allowance, instrument: string, from?: number | null): Promise<void> {
    const reach = from == null ? null : reachMs(allowance)
    if (allowance.baseAssets === null && reach === null) return
    const market = await remember(this.byText, instrument, () => gatedMarket(this.options.db, instrument))
    await this.look(allowance, market, reach, from ?? 0)
  }

  /** Those of `ids` whose markets are allowed. @throws FaultlineError forbidden where `from` is too early for one of them */
  async markets(allowance: Allowance, ids: readonly number[], from?: number): Promise<number[]> {
    const reach = from === undefined ? null : reachMs(allowance)
    if (allowance.baseAssets === null && reach === null) return [...ids]
    const open = (await gatedMarkets(this.options.db, ids)).filter(({ baseAsset }) => allowsAsset(allowance, baseAsset))
    for (const market of open) await this.look(allowance, market, reach, from ?? 0)
    return open.map(({ instrumentId }) => instrumentId)
  }

  /** @throws FaultlineError forbidden */
  async asset(allowance: Allowance, baseAsset: string): Promise<void> {
    if (!allowsAsset(allowance, baseAsset)) throw refused(assetLock(allowance, await this.plans(), baseAsset))
  }

  /** @throws FaultlineError forbidden */
  async tile(
    allowance: Allowance,
    { buildId, resolutionMs, index }: { buildId: number; resolutionMs: number; index: number },
  ): Promise<void> {
    const reach = reachMs(allowance)
    if (allowance.baseAssets === null && reach === null) return
    const market = await remember(this.byBuild, buildId, () => gatedMarketOfBuild(this.options.db, buildId))
    if (!market) return // there is no such tile: that is said elsewhere
    await this.look(allowance, market, null, 0)
    if (reach === null) return
    const last = this.options.lastBucketOf(buildId)
    const end = last === undefined ? market.end : last + (market.bucketMs ?? MINUTE_MS)
    if (end === null) return
    // a coarse tile reaches back further than what is shown of it: only those that the widest range is made of
    const tooCoarse = resolutionMs > (market.bucketMs ?? MINUTE_MS) && resolutionMs > coarsestOf(allowance)
    if (tooCoarse || tileEnd(index, resolutionMs) <= end - reach - SLACK_MS) throw refused(reachWords(allowance, await this.plans()))
  }

  private async look(allowance: Allowance, { baseAsset, end }: GatedMarket, reach: number | null, from: number): Promise<void> {
    if (!allowsAsset(allowance, baseAsset)) throw refused(assetLock(allowance, await this.plans(), baseAsset))
    if (reach !== null && end !== null && from < end - reach - SLACK_MS) throw refused(reachWords(allowance, await this.plans()))
  }
}

/** Of the resolutions that may be chosen by name: two columns are no picture. */
function coarsestOf(allowance: Allowance): number {
  const widest = widestRange(allowance)
  return widest === null ? 0 : RANGE_MS[widest] / 2
}

const refused = (why: string | null): FaultlineError => new FaultlineError('forbidden', why ?? 'Your plan does not allow this.')

function remember<K extends {}, V>(kept: LRUCache<K, Promise<V>>, key: K, read: () => Promise<V>): Promise<V> {
  const known = kept.get(key)
  if (known) return known
  const answer = read()
  kept.set(key, answer)
  answer.catch(() => kept.delete(key))
  return answer
}
