import { type OutboundAllowance, readOutboundAllowance } from '@faultline/db/outbound'
import { z } from 'zod'
import type { OauthClient } from './auth/oauth.ts'

const url = (protocols: string[], hint: string) =>
  z
    .string()
    .min(1)
    .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), { error: hint })

/** `off`: null; `*`; or origins, as a browser writes them. */
function embedOrigins(text: string, context: z.RefinementCtx): readonly string[] | null {
  const names = text.split(',').map((name) => name.trim())
  if (names.length === 1 && names[0] === 'off') return null
  if (names.length === 1 && names[0] === '*') return names
  const wrong = names.find((name) => !isOrigin(name))
  if (wrong === undefined) return [...new Set(names.map((name) => new URL(name).origin))]
  context.addIssue({
    code: 'custom',
    message: `must be off, * or origins with commas between them, such as https://desk.example; "${wrong}" is none`,
  })
  return z.NEVER
}

/** Scheme, host and port, nothing behind them: it becomes a part of a header. */
function isOrigin(text: string): boolean {
  if (!/^https?:\/\/[a-z0-9.:[\]-]+$/i.test(text) || !URL.canParse(text)) return false
  return new URL(text).href === `${new URL(text).origin}/`
}

const schema = z.object({
  /** the application's database role, never the owner's */
  DATABASE_APP_URL: url(['postgresql:', 'postgres:'], 'must look like postgresql://user:password@host:5432/database'),
  /** signs and encrypts session cookies */
  NEXTAUTH_SECRET: z.string().min(32, 'must have at least 32 characters: openssl rand -base64 32 makes one'),
  /** where people open the product */
  NEXTAUTH_URL: url(['http:', 'https:'], 'must look like https://faultline.example.org'),
  PORT: z.coerce.number().int().min(0).max(65_535),
  HOST: z.string().min(1).default('127.0.0.1'),
  /** seals what must be read again but never shown, see packages/db/src/secret-box.ts */
  FAULTLINE_ENCRYPTION_KEYS: z.string().min(1),
  /** hosts that webhooks may go to though they are not public: host:port with commas between them */
  FAULTLINE_WEBHOOK_ALLOW: z.string().optional(),
  /** whether e-mail is sent; the worker does it */
  FAULTLINE_SMTP_URL: z.string().optional(),
  /** how many reverse proxies stand before this server: the address of who asks is taken from X-Forwarded-For accordingly */
  FAULTLINE_TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  /** OAuth applications of other sites, whose accounts may sign people in here: both of a pair, or neither */
  GITHUB_CLIENT_ID: z.string().optional(),
  GITHUB_CLIENT_SECRET: z.string().optional(),
  GOOGLE_CLIENT_ID: z.string().optional(),
  GOOGLE_CLIENT_SECRET: z.string().optional(),
  /** a payment provider signs its messages with it; without it none are taken */
  FAULTLINE_BILLING_SECRET: z.string().min(16, 'must have at least 16 characters').optional(),
  /** where this installation keeps its files: how full the disk is, is shown to administrators */
  FAULTLINE_STATE_DIR: z.string().min(1).optional(),
  /** who may show /embed in a frame, without an account */
  FAULTLINE_EMBED: z.string().default('off').transform(embedOrigins),
})

const administratorSchema = z.object({
  DATABASE_APP_URL: schema.shape.DATABASE_APP_URL,
  FAULTLINE_ADMIN_EMAIL: z.email('must be an e-mail address').or(z.literal('admin@faultline.local')).default('admin@faultline.local'),
})

export interface WebEnv {
  readonly databaseUrl: string
  readonly authSecret: string
  readonly publicUrl: URL
  readonly port: number
  readonly host: string
  /** origins that may show /embed in a frame, to people without an account; `*`: all; null: none */
  readonly embed: readonly string[] | null
  readonly encryptionKeys: string
  /** e-mail is sent; without it links are handed over by an administrator */
  readonly mail: boolean
  /** hosts that webhooks may go to though they are not public */
  readonly webhookAllow: OutboundAllowance
  readonly trustedProxies: number
  /** undefined: no messages of a payment provider are taken */
  readonly billingSecret: string | undefined
  readonly stateDir: string | undefined
  /** other sites that sign people in */
  readonly oauth: readonly OauthClient[]
}

type Source = Readonly<Record<string, string | undefined>>

/** The one reader of the environment of this app. @throws Error that names every missing or wrong variable */
export function readEnv(source: Source): WebEnv {
  const env = read(schema, source)
  return {
    databaseUrl: env.DATABASE_APP_URL,
    authSecret: env.NEXTAUTH_SECRET,
    publicUrl: new URL(env.NEXTAUTH_URL),
    port: env.PORT,
    host: env.HOST,
    embed: env.FAULTLINE_EMBED,
    encryptionKeys: env.FAULTLINE_ENCRYPTION_KEYS,
    mail: env.FAULTLINE_SMTP_URL !== undefined,
    webhookAllow: env.FAULTLINE_WEBHOOK_ALLOW === undefined ? new Set() : readOutboundAllowance(env.FAULTLINE_WEBHOOK_ALLOW),
    trustedProxies: env.FAULTLINE_TRUSTED_PROXIES,
    billingSecret: env.FAULTLINE_BILLING_SECRET,
    stateDir: env.FAULTLINE_STATE_DIR,
    oauth: [
      ...oauthClient('github', env.GITHUB_CLIENT_ID, env.GITHUB_CLIENT_SECRET),
      ...oauthClient('google', env.GOOGLE_CLIENT_ID, env.GOOGLE_CLIENT_SECRET),
    ],
  }
}

function oauthClient<Id extends OauthClient['id']>(id: Id, clientId: string | undefined, clientSecret: string | undefined) {
  if (clientId && clientSecret) return [{ id, clientId, clientSecret }]
  if (!clientId && !clientSecret) return []
  const name = `${id.toUpperCase()}_CLIENT_${clientId ? 'SECRET' : 'ID'}`
  throw new Error(`The web server cannot start; not set: ${name}. A sign-in with ${id} needs both, or neither. (npm start passes them on.)`)
}

/** The same for first-administrator.ts, which needs less. */
export function readAdministratorEnv(source: Source): { databaseUrl: string; email: string } {
  const env = read(administratorSchema, source)
  return { databaseUrl: env.DATABASE_APP_URL, email: env.FAULTLINE_ADMIN_EMAIL }
}

function read<S extends z.ZodObject>(shape: S, source: Source): z.output<S> {
  // an empty variable is one that was not set
  const given = Object.fromEntries(Object.entries(source).filter(([name, value]) => name in shape.shape && value !== ''))
  const parsed = shape.safeParse(given)
  if (parsed.success) return parsed.data
  const names = parsed.error.issues.map(({ path, message }) => ({ name: String(path[0]), message }))
  const missing = [...new Set(names.filter(({ name }) => given[name] === undefined).map(({ name }) => name))]
  const wrong = names.filter(({ name }) => given[name] !== undefined).map(({ name, message }) => `${name} ${message}`)
  const parts = [missing.length > 0 && `not set: ${missing.join(', ')}`, ...wrong].filter(Boolean)
  throw new Error(`The web server cannot start; ${parts.join('; ')}. (npm start sets all of them.)`)
}
