import type { IncomingMessage } from 'node:http'
import type { Database } from '@faultline/db/database'
import { findInstrument } from '@faultline/db/repositories/instruments'
import { type Allowance, allowanceOf, listPlans } from '@faultline/db/repositories/plans'
import { hashOfShare, openShareLink } from '@faultline/db/repositories/share-links'
import { sessionState } from '@faultline/db/repositories/users'
import { FaultlineError } from '@faultline/market/errors'
import { MINUTE_MS } from '@faultline/market/units'
import type { Drawing } from '@faultline/ui/chart/drawings'
import { LRUCache } from 'lru-cache'
import type { Framing } from '../../../server/front/security-headers.ts'
import { SignedTokens } from '../../../server/signed-tokens.ts'
import { chooseDefaultRange } from '../../heatmap/server/choose-range.ts'
import type { HeatmapRange, HeatmapView } from '../../heatmap/server/schema.ts'
import type { ViewStore } from '../../heatmap/server/view-store.ts'
import type { PlanGate } from '../../plans/server/plan-gate.ts'
import { layoutContent, type ViewContent, viewContent } from '../../saved/server/content.ts'
import { cutView } from '../prepare/cut-view.ts'
import { SHARE_HEADER } from '../prepare/share-header.ts'
import { mergedQuery, type SharedScope, sharedScope } from '../prepare/shared-scope.ts'

/** A page gets a new token with each view; a tab that sleeps for longer loads itself anew. */
export const SHARE_TOKEN_MS = 10 * MINUTE_MS
/** So long a row is believed by data requests in other processes than the one that revoked it. */
const BELIEVE_MS = 2_000
/** 24 random bytes in base64url */
const TOKEN = /^[A-Za-z0-9_-]{32}$/

/** What the page of a shared view shows. */
export interface SharedPage {
  name: string
  content: Pick<ViewContent, 'notes' | 'query'> & { drawings: readonly Drawing[] }
  /** of the layout; null: the reader's */
  theme: 'dark' | 'light' | null
  instrument: { key: string; symbol: string; venue: string; simulated: boolean }
  scope: SharedScope
  /** null before the first column */
  view: HeatmapView | null
  /** for the page's requests */
  token: string
  /** UTC ms */
  expiresAt: number
}

/** A living link, and what may be read with it. */
export interface Shared {
  key: string
  name: string
  embed: boolean
  expiresAt: number
  content: ViewContent
  theme: SharedPage['theme']
  /** null: the view's market is not there */
  market: { instrument: SharedPage['instrument']; scope: SharedScope } | null
}

interface Options {
  db: Database
  secret: string
  views: ViewStore
  gate: Pick<PlanGate, 'view'>
  /** the range that suits an instrument, chosen once for all */
  rangeOf: (instrumentKey: string, choose: () => Promise<HeatmapRange>) => Promise<HeatmapRange>
  now?: () => number
}

/**
 * Links to saved views for whoever has them. The page's data requests bring a signed token that names the link's row, and the row is
 * looked at again, so that a revoked link stops at once here and within seconds in other processes.
 */
export class Shares {
  private readonly options: Required<Options>
  private readonly tokens: SignedTokens
  private readonly kept: LRUCache<string, Promise<Shared | null>>
  private readonly shown = new LRUCache<string, Promise<HeatmapView>>({ max: 200, ttl: BELIEVE_MS })

  constructor(options: Options) {
    this.options = { now: Date.now, ...options }
    const { secret, now } = this.options
    this.tokens = new SignedTokens({ secret, purpose: 'faultline share token 1', lifetimeMs: SHARE_TOKEN_MS, now })
    this.kept = new LRUCache({ max: 2_000, ttl: BELIEVE_MS })
  }

  /** How the page of a link's embed variant may be framed; null: not at all. */
  async framing(token: string): Promise<Framing | null> {
    const shared = await this.find(token)
    return shared?.embed ? { ancestors: '*', option: null } : null
  }

  /** Whether a link shows anything. `visit`: that is counted. */
  async admit(token: string, { embed, visit }: { embed: boolean; visit: boolean }): Promise<boolean> {
    const shared = await this.find(token)
    if (!shared?.market || (embed && !shared.embed)) return false
    if (visit) await openShareLink(this.options.db, hashOfShare(token), { visit: true })
    return true
  }

  /** What a link shows; null for what is no link any more. `embed`: its embed variant, which not every link has. */
  async open(token: string, { embed }: { embed: boolean }): Promise<SharedPage | null> {
    const shared = await this.find(token)
    if (!shared?.market || (embed && !shared.embed)) return null
    const { name, content, theme, market, key, expiresAt } = shared
    return {
      name,
      content: { drawings: content.drawings, notes: content.notes, query: content.query },
      theme,
      ...market,
      view: await orNull(this.viewOf(shared)),
      token: this.tokens.issue(key),
      expiresAt,
    }
  }

  /** What somebody may not see they may not share either. @throws FaultlineError forbidden */
  async check(allowance: Allowance, item: { kind: string; content: unknown }): Promise<void> {
    const content = viewContent.safeParse(item.content).data
    if (item.kind !== 'view' || !content) throw new FaultlineError('bad_input', 'Only a saved view can be shared by a link.')
    const market = await this.marketOf(content.instrument, content.query, null)
    if (market) await this.options.gate.view(allowance, market.scope.input)
  }

  /** Whether a request is one of a shared page. It is answered as such or not at all, whoever is signed in beside it. */
  isAsked(request: IncomingMessage): boolean {
    return request.headers[SHARE_HEADER.toLowerCase()] !== undefined
  }

  /** `expired`: the page's token is none of ours or has run out; `ended`: the link has. */
  async ofRequest(request: IncomingMessage): Promise<Shared | 'expired' | 'ended'> {
    const token = request.headers[SHARE_HEADER.toLowerCase()]
    const key = typeof token === 'string' ? this.tokens.read(token) : null
    return key === null ? 'expired' : ((await this.known(key)) ?? 'ended')
  }

  freshToken({ key }: Shared): string {
    return this.tokens.issue(key)
  }

  /** The view of the link's market, cut to what it shows. @throws FaultlineError not_found before the first column */
  async viewOf({ key, market }: Shared): Promise<HeatmapView> {
    if (!market) throw new FaultlineError('not_found', 'The market of this view is not there any more.')
    const { input, frozenAt } = market.scope
    const question = `${key} ${JSON.stringify(input)}`
    const known = this.shown.get(question)
    if (known) return known
    const answer = this.options.views.read(input).then((view) => cutView(view, frozenAt))
    this.shown.set(question, answer)
    answer.catch(() => this.shown.delete(question))
    return answer
  }

  /** The link was changed: data requests ask the row anew. */
  forget(hash: Uint8Array): void {
    this.kept.delete(Buffer.from(hash).toString('base64url'))
  }

  private async find(token: string): Promise<Shared | null> {
    return TOKEN.test(token) ? this.known(hashOfShare(token).toString('base64url'), { fresh: true }) : null
  }

  private async known(key: string, { fresh = false } = {}): Promise<Shared | null> {
    const kept = fresh ? undefined : this.kept.get(key)
    const asked = kept ?? this.read(key)
    if (!kept) {
      this.kept.set(key, asked)
      asked.catch(() => this.kept.delete(key))
    }
    const shared = await asked
    return shared && shared.expiresAt > this.options.now() ? shared : null
  }

  private async read(key: string): Promise<Shared | null> {
    const { db } = this.options
    const share = await openShareLink(db, Buffer.from(key, 'base64url'), { visit: false })
    const content = viewContent.safeParse(share?.content)
    if (!share || !content.success) return null
    const layout = layoutContent.safeParse(share.layout).data
    const query = mergedQuery(layout?.query ?? null, content.data.query)
    const market = await this.marketOf(content.data.instrument, query, share.frozenAt)
    if (market && !(await this.planAllows(share.createdBy, market.scope))) return null
    return {
      key,
      name: share.itemName,
      embed: share.embed,
      expiresAt: share.expiresAt.getTime(),
      content: { ...content.data, query },
      theme: layout?.theme ?? null,
      market,
    }
  }

  private async marketOf(key: string, query: ViewContent['query'], frozenAt: Date | null): Promise<Shared['market']> {
    const { db, rangeOf } = this.options
    const instrument = await orNull(findInstrument(db, key))
    if (!instrument) return null
    const { symbol, venue, simulated } = instrument
    const suiting = await orNull(rangeOf(instrument.key, () => chooseDefaultRange(db, instrument.key)))
    return {
      instrument: { key: instrument.key, symbol, venue, simulated },
      scope: sharedScope(instrument.key, query, frozenAt?.getTime() ?? null, suiting ?? '3d'),
    }
  }

  /** A link shows no more than the plan of whoever made it, also when the view was changed after; of somebody who is gone, than the free one. */
  private async planAllows(createdBy: string | null, { input }: SharedScope): Promise<boolean> {
    const maker = createdBy === null ? null : await sessionState(this.options.db, createdBy)
    try {
      await this.options.gate.view(maker?.allowance ?? (await this.freeAllowance()), input)
      return true
    } catch (error) {
      if (error instanceof FaultlineError && error.code === 'forbidden') return false
      throw error
    }
  }

  private async freeAllowance(): Promise<Allowance> {
    const free = (await listPlans(this.options.db, { kind: 'authenticator' })).find(({ key }) => key === 'free')
    if (!free) throw new FaultlineError('internal', 'The plan `free` is missing.')
    return allowanceOf(free, 'member')
  }
}

/** Null where there is no such instrument, or no column of it. */
async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof FaultlineError && (error.code === 'not_found' || error.code === 'bad_input')) return null
    throw error
  }
}
