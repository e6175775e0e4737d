import { openDatabase } from '@faultline/db/database'
import { livingSession } from '@faultline/db/repositories/sessions'
import { SecretBox } from '@faultline/db/secret-box'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { AccuracyStore } from '../features/accuracy/server/accuracy-store.ts'
import { readAccuracy } from '../features/accuracy/server/read-accuracy.ts'
import { answerAuditCsv } from '../features/admin/server/audit-csv.ts'
import { loadEmbed } from '../features/embed/server/load-embed.ts'
import { readHeatmapView } from '../features/heatmap/server/read-view.ts'
import { ViewStore } from '../features/heatmap/server/view-store.ts'
import { sortRows } from '../features/instruments/prepare/rows.ts'
import { InstrumentList } from '../features/instruments/server/instrument-list.ts'
import { answerBilling } from '../features/plans/server/billing.ts'
import { PlanGate } from '../features/plans/server/plan-gate.ts'
import { ReadingsStore } from '../features/readings/server/readings-store.ts'
import { SCORE_HORIZONS } from '../features/score/server/schema.ts'
import { ScreenerStore } from '../features/screener/server/screener-store.ts'
import { Shares } from '../features/share/server/shares.ts'
import { ChoiceAllowance } from '../features/venues/server/choice-allowance.ts'
import { listMarkets } from '../features/venues/server/list-markets.ts'
import { MOST_CALLS } from '../trpc/most-calls.ts'
import { Limits } from './auth/limits.ts'
import { oauthLink, oauthSignIn } from './auth/oauth-sign-in.ts'
import { Passwords } from './auth/passwords.ts'
import { Sessions } from './auth/sessions.ts'
import { signIn } from './auth/sign-in.ts'
import { signOut } from './auth/sign-out.ts'
import { createCaller } from './caller.ts'
import { Embed } from './embed/embed.ts'
import type { WebEnv } from './env.ts'
import { expectedError } from './errors.ts'
import { EventHub } from './events/event-hub.ts'
import { JobSender } from './job-sender.ts'
import { rootRouter } from './root-router.ts'
import type { WebRuntime } from './runtime.ts'
import type { Services } from './services.ts'

export interface OpenServices extends Services {
  /** ends the streams; questions are still answered */
  stop(): Promise<void>
  /** then: closes the database */
  close(): Promise<void>
}

/** Makes what exists once per process, and begins to listen to the database. */
export function openServices(
  env: Pick<WebEnv, 'databaseUrl' | 'authSecret' | 'publicUrl' | 'encryptionKeys'> &
    Partial<Pick<WebEnv, 'embed' | 'mail' | 'webhookAllow' | 'billingSecret' | 'stateDir' | 'oauth'>>,
): OpenServices {
  const box = new SecretBox(env.encryptionKeys)
  const db = openDatabase({ url: withTimeout(env.databaseUrl), applicationName: 'faultline web' })
  const passwords = new Passwords()
  const jobs = new JobSender(env.databaseUrl)
  const sessions = new Sessions({ db, secret: env.authSecret })
  const hub = new EventHub({ db, sessions })
  const views = new ViewStore({
    read: (input) => readHeatmapView(db, input, (key) => hub.feedOf(key)),
    versionOf: (key) => hub.versionOf(key),
  })
  const instruments = new InstrumentList({
    read: async () => sortRows(await listMarkets(db), { key: 'age', descending: false }),
    versionOf: () => hub.columnsVersion(),
  })
  const gate = new PlanGate({ db, lastBucketOf: (buildId) => hub.lastBucketOf(buildId) })
  const embed = new Embed({ db, secret: env.authSecret, origins: env.embed ?? null })
  hub.start()
  // the first question of a process costs some 80 ms more than the next: not at the expense of the first visitor
  livingSession(db, '00000000-0000-0000-0000-000000000000').catch(() => {})
  passwords.prepare().catch(() => {})
  return {
    db,
    publicUrl: env.publicUrl,
    mail: env.mail ?? false,
    webhookAllow: env.webhookAllow ?? new Set(),
    box,
    jobs,
    limits: new Limits(db),
    oauth: env.oauth ?? [],
    passwords,
    sessions,
    hub,
    views,
    instruments,
    readings: new ReadingsStore(db),
    screener: new ScreenerStore({ db, versionOf: () => hub.readingsVersion() }),
    choices: new ChoiceAllowance(),
    billing: env.billingSecret ? { secret: env.billingSecret } : null,
    stateDir: env.stateDir ?? null,
    gate,
    embed,
    shares: new Shares({ db, secret: env.authSecret, views, gate, rangeOf: (key, choose) => embed.rangeOf(key, choose) }),
    stop: () => hub.close(),
    async close() {
      await jobs.close()
      await db.close()
    },
  }
}

/** No question of a page may hold a connection for longer. */
const STATEMENT_TIMEOUT_MS = 30_000

function withTimeout(databaseUrl: string): string {
  const url = new URL(databaseUrl)
  if (!url.searchParams.has('statement_timeout')) url.searchParams.set('statement_timeout', String(STATEMENT_TIMEOUT_MS))
  return url.href
}

/** The side of the services that Next's code may use. */
export function runtimeOf(services: Services, env: Pick<WebEnv, 'authSecret' | 'publicUrl'>): WebRuntime {
  const { sessions, db } = services
  const accuracy = new AccuracyStore({ read: (horizon) => readAccuracy(db, SCORE_HORIZONS[horizon], Date.now()) })
  return {
    mail: services.mail,
    authSecret: env.authSecret,
    secureCookies: env.publicUrl.protocol === 'https:',
    userOf: async (cookieHeader) => (await sessions.ofCookies(cookieHeader))?.user ?? null,
    isAlive: async (claims) => (await sessions.ofClaims(claims)) !== null,
    accuracy: (horizon) => accuracy.read(horizon),
    embed: { isOpen: services.embed.isOpen, load: (key, range) => loadEmbed(services, key, range) },
    shared: (token, variant) => services.shares.open(token, variant),
    signOut: (claims, from) => signOut(services, claims, from),
    oauth: services.oauth,
    async oauthSignIn({ cookie, ...given }, from) {
      try {
        const linking = cookie === null ? null : await sessions.ofCookies(cookie)
        return await (linking ? oauthLink(services, linking.user, given, from) : oauthSignIn(services, given, from))
      } catch (error) {
        throw expectedError(error)
      }
    },
    // next-auth shows the message of what is thrown
    signIn: (credentials, from) =>
      signIn(services, credentials, { ip: '', userAgent: '', ...from }).catch((error) => Promise.reject(expectedError(error))),
    callerOf: async (cookieHeader, ip) => createCaller({ services, session: await sessions.ofCookies(cookieHeader), ip }),
    billing: (request) => answerBilling(services, request),
    auditCsv: (request) => answerAuditCsv(services, request),
    trpc: (request) =>
      fetchRequestHandler({
        endpoint: '/api/trpc',
        req: request,
        router: rootRouter,
        maxBatchSize: MOST_CALLS,
        // answers are one person's: no browser and no proxy keeps them
        responseMeta: () => ({ headers: { 'Cache-Control': 'no-store' } }),
        createContext: async () => ({
          services,
          session: await sessions.ofCookies(request.headers.get('cookie')),
          ip: request.headers.get('x-faultline-ip'),
        }),
      }),
  }
}
