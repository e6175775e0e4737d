import type { IncomingMessage } from 'node:http'
import type { Database } from '@faultline/db/database'
import { instrumentKeyOfBuild } from '@faultline/db/repositories/builds'
import { LRUCache } from 'lru-cache'
import { EMBED_HEADER } from '../../features/embed/prepare/embed-header.ts'
import type { HeatmapRange } from '../../features/heatmap/server/schema.ts'
import type { Framing } from '../front/security-headers.ts'
import { EmbedTokens } from './embed-token.ts'

/** A market's history grows slowly: the range that suits it is looked for so often. */
const RANGE_MS = 60_000

interface Options {
  db: Database
  secret: string
  /** FAULTLINE_EMBED: who may show an embed to people without an account; null: nobody */
  origins: readonly string[] | null
  now?: () => number
}

/** Who may show one instrument's picture in a frame, and what such a page may read without a session. */
export class Embed {
  /** an embed needs no account */
  readonly isOpen: boolean
  readonly framing: Framing
  private readonly db: Database
  private readonly tokens: EmbedTokens
  /** a build never changes its instrument */
  private readonly owners = new LRUCache<number, string>({ max: 10_000 })
  private readonly ranges = new LRUCache<string, Promise<HeatmapRange>>({ max: 2_000, ttl: RANGE_MS })

  constructor({ db, secret, origins, now }: Options) {
    this.db = db
    this.isOpen = origins !== null
    this.framing = origins === null ? { ancestors: "'self'", option: 'SAMEORIGIN' } : { ancestors: origins.join(' '), option: null }
    this.tokens = new EmbedTokens({ secret, ...(now && { now }) })
  }

  /** What the requests of an embed bring; null where a session is needed. */
  tokenFor(instrumentKey: string): string | null {
    return this.isOpen ? this.tokens.issue(instrumentKey) : null
  }

  /** Key of the instrument whose pictures the request may read without a session; null: none. */
  instrumentOf(request: IncomingMessage): string | null {
    const token = request.headers[EMBED_HEADER.toLowerCase()]
    return this.isOpen && typeof token === 'string' ? this.tokens.read(token) : null
  }

  /** Whether its token is of the instrument that the build is of. */
  async mayReadBuild(request: IncomingMessage, buildId: number): Promise<boolean> {
    const instrument = this.instrumentOf(request)
    return instrument !== null && (await this.ownerOf(buildId)) === instrument
  }

  /** The range that suits an instrument, chosen once for all who open its page: nobody has to be signed in for that. */
  rangeOf(instrumentKey: string, choose: () => Promise<HeatmapRange>): Promise<HeatmapRange> {
    const known = this.ranges.get(instrumentKey)
    if (known) return known
    const chosen = choose()
    this.ranges.set(instrumentKey, chosen)
    chosen.catch(() => this.ranges.delete(instrumentKey))
    return chosen
  }

  private async ownerOf(buildId: number): Promise<string | null> {
    const known = this.owners.get(buildId)
    if (known !== undefined) return known
    const owner = await instrumentKeyOfBuild(this.db, buildId)
    if (owner !== null) this.owners.set(buildId, owner)
    return owner
  }
}
