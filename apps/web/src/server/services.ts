import type { Database } from '@faultline/db/database'
import type { OutboundAllowance } from '@faultline/db/outbound'
import type { SecretBox } from '@faultline/db/secret-box'
import type { ViewStore } from '../features/heatmap/server/view-store.ts'
import type { InstrumentList } from '../features/instruments/server/instrument-list.ts'
import type { PlanGate } from '../features/plans/server/plan-gate.ts'
import type { ReadingsStore } from '../features/readings/server/readings-store.ts'
import type { ScreenerStore } from '../features/screener/server/screener-store.ts'
import type { Shares } from '../features/share/server/shares.ts'
import type { ChoiceAllowance } from '../features/venues/server/choice-allowance.ts'
import type { Limits } from './auth/limits.ts'
import type { OauthClient } from './auth/oauth.ts'
import type { Passwords } from './auth/passwords.ts'
import type { Sessions } from './auth/sessions.ts'
import type { Embed } from './embed/embed.ts'
import type { EventHub } from './events/event-hub.ts'
import type { JobSender } from './job-sender.ts'

/** What exists once per process. server.ts makes it; procedures and the front get it passed in. */
export interface Services {
  readonly db: Database
  /** where people open the product: links in messages begin with it */
  readonly publicUrl: URL
  /** e-mail is sent; without it an administrator hands links over */
  readonly mail: boolean
  readonly box: SecretBox
  /** hosts that webhooks may go to though they are not public */
  readonly webhookAllow: OutboundAllowance
  readonly jobs: JobSender
  readonly limits: Limits
  /** other sites that sign people in; none unless set up */
  readonly oauth: readonly OauthClient[]
  readonly passwords: Passwords
  readonly sessions: Sessions
  readonly hub: EventHub
  readonly views: ViewStore
  readonly instruments: InstrumentList
  readonly readings: ReadingsStore
  readonly screener: ScreenerStore
  readonly choices: ChoiceAllowance
  readonly embed: Embed
  /** links to saved views, for people without an account */
  readonly shares: Shares
  /** what a payment provider signs its messages with; null: it sends none */
  readonly billing: { readonly secret: string } | null
  /** where this installation keeps its files; null: this process does not know */
  readonly stateDir: string | null
  /** what plans allow of markets */
  readonly gate: PlanGate
}
