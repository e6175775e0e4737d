import type { Accuracy } from '../features/accuracy/prepare/accuracy.ts'
import type { Horizon } from '../features/accuracy/server/accuracy-store.ts'
import type { EmbeddedMarket } from '../features/embed/server/load-embed.ts'
import type { HeatmapRange } from '../features/heatmap/server/schema.ts'
import type { SharedPage } from '../features/share/server/shares.ts'
import type { OauthClient } from './auth/oauth.ts'
import type { ProviderProfile } from './auth/oauth-providers.ts'
import type { OauthOutcome } from './auth/oauth-sign-in.ts'
import type { SessionClaims } from './auth/session-claims.ts'
import type { SessionUser } from './auth/sessions.ts'
import type { SignedIn, SignInFrom } from './auth/sign-in.ts'
import type { Caller } from './caller.ts'

/**
 * What Next's code may ask of the process that runs it. The server makes one database pool, one session cache and one
 * LISTEN connection, before Next; Next's bundle holds copies of modules, so it gets the living things through here and
 * bundles none of them.
 */
export interface WebRuntime {
  /** who sent this Cookie header, checked against the database */
  userOf(cookieHeader: string | null): Promise<SessionUser | null>
  isAlive(claims: SessionClaims): Promise<boolean>
  /** other sites that sign people in */
  readonly oauth: readonly OauthClient[]
  /** somebody comes back from one of them; with the cookie of a living session, to have the identity linked. Rejects as signIn does. */
  oauthSignIn(
    given: { provider: OauthClient['id']; profile: ProviderProfile; cookie: string | null },
    from: SignInFrom,
  ): Promise<OauthOutcome>
  /** ends the session of a cookie that is being given up */
  signOut(claims: SessionClaims, from: SignInFrom): Promise<void>
  /** as server/auth/sign-in.ts; what it rejects with may be shown to people */
  signIn(credentials: unknown, from?: Partial<SignInFrom>): Promise<SignedIn | null>
  /** the root router for server components, as the person of this Cookie header */
  callerOf(cookieHeader: string | null, ip: string | null): Promise<Caller>
  /** answers /api/trpc */
  trpc(request: Request): Promise<Response>
  /** answers /api/billing */
  billing(request: Request): Promise<Response>
  /** answers /admin/audit/log.csv */
  auditCsv(request: Request): Promise<Response>
  /** the live score of every market; for everybody, and worked out at most once a minute */
  accuracy(horizon: Horizon): Promise<Accuracy>
  readonly embed: {
    /** it needs no account */
    readonly isOpen: boolean
    /** what the page of an embed begins with; null without such an instrument. Whoever calls this has seen to it that the person may. */
    load(instrumentKey: string, range: HeatmapRange | null): Promise<EmbeddedMarket | null>
  }
  /** what a share link shows, for everybody who has it; null for what is no link any more */
  shared(token: string, variant: { embed: boolean }): Promise<SharedPage | null>
  /** e-mail is sent */
  readonly mail: boolean
  readonly authSecret: string
  readonly secureCookies: boolean
}

const KEY = Symbol.for('faultline.web.runtime')
type Holder = { [KEY]?: WebRuntime }

export function provideRuntime(runtime: WebRuntime): void {
  ;(globalThis as Holder)[KEY] = runtime
}

export function webRuntime(): WebRuntime {
  const runtime = (globalThis as Holder)[KEY]
  if (!runtime) throw new Error('Pages are served by apps/web/server.ts (npm start), not by `next start` or `next dev` alone.')
  return runtime
}
