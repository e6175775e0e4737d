import { type OutboundAllowance, readOutboundAllowance } from '@faultline/db/outbound'
import { FaultlineError } from '@faultline/market/errors'
import { FEED_VENUES, type FeedVenueId, VENUES } from '@faultline/market/venue'
import { z } from 'zod'

/** What the command line takes from its surroundings, in one place. */
const schema = z.object({
  /** the application's database role; scripts/faultline.mjs sets it, starting the embedded Postgres where none runs */
  DATABASE_APP_URL: z.string({ error: 'is missing' }).regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://'),
})

export interface Env {
  databaseUrl: string
}

/** @throws FaultlineError unavailable, naming every variable that is missing or malformed */
export function readEnv(source: Readonly<Record<string, string | undefined>> = process.env): Env {
  const parsed = schema.safeParse(source)
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')
    throw new FaultlineError('unavailable', `${wrong}. Run this command as "npm run -s faultline -- …", which sets it, or set it yourself.`)
  }
  return { databaseUrl: parsed.data.DATABASE_APP_URL }
}

const restUrl = z
  .string()
  .regex(/^https?:\/\//, 'must begin with http:// or https://')
  .optional()
const wsUrl = z
  .string()
  .regex(/^wss?:\/\//, 'must begin with ws:// or wss://')
  .optional()
const liveSchema = z.object({
  /** where spool and bans of this worker are kept */
  FAULTLINE_STATE_DIR: z.string().min(1).default('.data'),
  /** opens what the web server has sealed: webhooks' addresses, venues' keys */
  FAULTLINE_ENCRYPTION_KEYS: z.string().min(1).optional(),
  /** where people open the product: links in messages begin with it */
  NEXTAUTH_URL: z.url().optional(),
  /** smtp://user:password@host:587 or smtps://…; without it no e-mail is sent */
  FAULTLINE_SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, 'must begin with smtp:// or smtps://')
    .optional(),
  /** sender of e-mail: Faultline <faultline@example.org> */
  FAULTLINE_MAIL_FROM: z.string().min(3).max(320).optional(),
  /** hosts that webhooks may go to though they are not public: host:port with commas between them */
  FAULTLINE_WEBHOOK_ALLOW: z.string().min(1).optional(),
  /** how long an instrument stays with a worker that has died or is frozen, ms */
  FAULTLINE_LEASE_MS: z.coerce.number().int().min(1_000).max(600_000).optional(),
  /** how long a sum over venues waits for a venue whose column is late, ms after the column's end */
  FAULTLINE_SUM_GRACE_MS: z.coerce.number().int().min(0).max(3_600_000).optional(),
  /**
   * Under which name this worker holds instruments. Whoever starts a worker again after it has ended gives it the same name: it
   * need not wait then until the leases of the one before run out. Two that run at the same time must never share one.
   */
  FAULTLINE_WORKER_NAME: z.string().min(1).max(200).optional(),
  /** where what the worker measures can be read (/metrics); without a port it is not served */
  FAULTLINE_METRICS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  FAULTLINE_METRICS_HOST: z.string().min(1).default('127.0.0.1'),
})

/**
 * `FAULTLINE_BYBIT` and the like: before `_REST_URL` and `_WS_URL` it names where a venue is found, a proxy in place of its own
 * hosts. `FAULTLINE_SIMULATED_BYBIT` is the simulated venue of this installation in that wire format, where one runs; the one
 * that speaks Binance's goes by `FAULTLINE_SIMULATED` alone.
 */
export function addressPrefix(venue: FeedVenueId): string {
  const { simulated, wire } = VENUES[venue]
  const parts = ['FAULTLINE', ...(simulated ? ['SIMULATED'] : []), ...(simulated && wire === 'binance' ? [] : [wire.toUpperCase()])]
  return parts.join('_')
}
const addressSchema = z.object(
  Object.fromEntries(
    FEED_VENUES.flatMap((venue) => [
      [`${addressPrefix(venue)}_REST_URL`, restUrl],
      [`${addressPrefix(venue)}_WS_URL`, wsUrl],
    ]),
  ),
)

/** Where a venue is found. */
export interface VenueAddress {
  rest: string
  ws: string
}

export interface LiveEnv {
  stateDir: string
  leaseMs: number | undefined
  sumGraceMs: number | undefined
  /** under which it holds instruments; undefined: one of its own */
  workerName: string | undefined
  /** for SecretBox; undefined: nothing sealed can be opened */
  encryptionKeys: string | undefined
  publicUrl: string | undefined
  /** null: no e-mail is sent */
  mail: { smtpUrl: string; from: string } | null
  /** hosts that webhooks may go to though they are not public */
  webhookAllow: OutboundAllowance
  /** where metrics are served; null: nowhere */
  metrics: { port: number; host: string } | null
  /** of sources that have no addresses of their own */
  addresses: Partial<Record<FeedVenueId, VenueAddress>>
}

/** What `worker` takes beside the database. @throws FaultlineError unavailable, naming every variable that is malformed */
export function readLiveEnv(source: Readonly<Record<string, string | undefined>> = process.env): LiveEnv {
  const parsed = liveSchema.and(addressSchema).safeParse(source)
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')
    throw new FaultlineError('unavailable', `${wrong}. Correct it, or leave it out.`)
  }
  const env = parsed.data
  const addresses: LiveEnv['addresses'] = {}
  for (const venue of FEED_VENUES) {
    const [rest, ws] = [env[`${addressPrefix(venue)}_REST_URL`], env[`${addressPrefix(venue)}_WS_URL`]]
    if (rest && ws) addresses[venue] = { rest, ws }
  }
  return {
    stateDir: env.FAULTLINE_STATE_DIR,
    leaseMs: env.FAULTLINE_LEASE_MS,
    sumGraceMs: env.FAULTLINE_SUM_GRACE_MS,
    workerName: env.FAULTLINE_WORKER_NAME,
    encryptionKeys: env.FAULTLINE_ENCRYPTION_KEYS,
    publicUrl: env.NEXTAUTH_URL,
    mail:
      env.FAULTLINE_SMTP_URL === undefined
        ? null
        : { smtpUrl: env.FAULTLINE_SMTP_URL, from: env.FAULTLINE_MAIL_FROM ?? 'Faultline <faultline@localhost>' },
    webhookAllow: env.FAULTLINE_WEBHOOK_ALLOW === undefined ? new Set() : readOutboundAllowance(env.FAULTLINE_WEBHOOK_ALLOW),
    metrics: env.FAULTLINE_METRICS_PORT === undefined ? null : { port: env.FAULTLINE_METRICS_PORT, host: env.FAULTLINE_METRICS_HOST },
    addresses,
  }
}
