import type { Actor } from '@faultline/db/actor'
import type { Database } from '@faultline/db/database'
import { audit } from '@faultline/db/repositories/audit'
import { type SignInMethod, startSession } from '@faultline/db/repositories/sessions'
import { findForSignIn, type SignInUser, sessionState } from '@faultline/db/repositories/users'
import { FaultlineError } from '@faultline/market/errors'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { Services } from '../services.ts'
import { type PassedFactor, passSecondFactor } from './second-factor.ts'

/** The message of the error that asks for a code: the sign-in form shows another field then, and no person reads it. */
export const CODE_NEEDED = 'second-factor'

const code = z.string().trim().max(100).optional()
const credentials = z.object({
  email: z.string().trim().toLowerCase().max(320),
  // longer than any password that can be set: hashing megabytes is work for nothing
  password: z.string().min(1).max(1_000),
  code,
})
const continued = z.object({ pending: z.string().min(1).max(2_000), code })

/** What goes into the session token. */
export interface SignedIn {
  readonly userId: string
  readonly email: string
  readonly name: string
  readonly sessionVersion: number
  readonly sessionId: string
}

/** Where a sign-in comes from, for the list of sessions, limits and the audit log. */
export interface SignInFrom {
  readonly ip: string
  readonly userAgent: string
}

export type SignInServices = Pick<Services, 'db' | 'passwords' | 'limits' | 'box'>
type Person = Pick<SignInUser, 'id' | 'email' | 'name' | 'sessionVersion'>

/**
 * By password, and by a code where the person has a second factor; or the second step of a sign-in through another site
 * (`pending`, see pendingSignIn()). Null for a wrong password, an unknown address and a disabled person alike, after the same
 * work.
 * @throws FaultlineError unauthenticated CODE_NEEDED when all is right so far and a code is wanted; bad_input for a wrong
 *   code; rate_limited; unavailable when nothing can be counted
 */
export async function signIn(services: SignInServices, given: unknown, from: SignInFrom): Promise<SignedIn | null> {
  const second = continued.safeParse(given)
  if (second.success) return continueSignIn(services, second.data, from)
  const parsed = credentials.safeParse(given)
  if (!parsed.success) return null
  const { email, password, code } = parsed.data
  await limited(services, email, from, async () => {
    await services.limits.take('signInIp', from.ip)
    await services.limits.take('signInAccount', email)
  })
  const user = await findForSignIn(services.db, email)
  const matches = await services.passwords.verify(user?.passwordHash ?? null, password)
  if (!user || !matches || user.disabled) {
    await refused(services.db, email, from, user && matches ? 'disabled' : 'credentials')
    return null
  }
  const passed = await secondStep(services, user, code, from)
  return begin(services, user, 'password', from, passed)
}

/** How long the second step may take. */
const PENDING_MS = 10 * 60_000
const PENDING_PURPOSE = 'pending sign-in'
const pendingContent = z.object({
  userId: z.uuid(),
  sessionVersion: z.int(),
  method: z.enum(['github', 'google']),
  until: z.int(),
})

/** What proves a first step made elsewhere, to whoever brings the code. Opens nothing by itself. */
export const pendingSignIn = (
  services: Pick<Services, 'box'>,
  user: Pick<SignInUser, 'id' | 'sessionVersion'>,
  method: 'github' | 'google',
): string => {
  const content: z.infer<typeof pendingContent> = {
    userId: user.id,
    sessionVersion: user.sessionVersion,
    method,
    until: Date.now() + PENDING_MS,
  }
  return services.box.seal(JSON.stringify(content), PENDING_PURPOSE).toString('base64url')
}

async function continueSignIn(services: SignInServices, given: z.infer<typeof continued>, from: SignInFrom): Promise<SignedIn | null> {
  await services.limits.take('signInIp', from.ip)
  const content = opened(services, given.pending)
  const state = content && content.until > Date.now() ? await sessionState(services.db, content.userId) : null
  if (!content || !state || state.disabled || state.sessionVersion !== content.sessionVersion)
    throw new FaultlineError('unauthenticated', 'This sign-in took too long. Begin anew.')
  const user = { id: content.userId, ...state }
  await limited(services, user.email, from, () => services.limits.take('signInAccount', user.email).then(() => {}))
  const passed = await secondStep(services, user, given.code, from)
  return begin(services, user, content.method, from, passed)
}

function opened(services: Pick<Services, 'box'>, pending: string): z.infer<typeof pendingContent> | null {
  try {
    return pendingContent.parse(JSON.parse(services.box.open(Buffer.from(pending, 'base64url'), PENDING_PURPOSE)))
  } catch {
    return null // forged or damaged
  }
}

/** The first step was right. Null: there is no second one. */
async function secondStep(
  services: SignInServices,
  user: Person & { secondFactor: boolean },
  code: string | undefined,
  from: SignInFrom,
): Promise<PassedFactor | null> {
  if (!user.secondFactor) return null
  if (!code) {
    // no guess, and no reason to begin counting anew either: codes are being tried behind the same password
    await services.limits.giveBack('signInAccount', user.email)
    await services.limits.giveBack('signInIp', from.ip)
    throw new FaultlineError('unauthenticated', CODE_NEEDED)
  }
  try {
    return await passSecondFactor(services, user.id, code)
  } catch (error) {
    if (error instanceof FaultlineError) await refused(services.db, user.email, from, 'code')
    throw error
  }
}

/** All is right: whoever got in was not guessing. */
export async function begin(
  services: Pick<Services, 'db' | 'limits'>,
  user: Person,
  method: SignInMethod,
  from: SignInFrom,
  passed: PassedFactor | null = null,
): Promise<SignedIn> {
  const sessionId = await startSession(services.db, { userId: user.id, method, ...from })
  await services.limits.forgive('signInAccount', user.email)
  await services.limits.giveBack('signInIp', from.ip)
  const details = { method, secondFactor: passed?.by ?? 'none', ...(passed ? { recoveryCodesLeft: passed.recoveryCodesLeft } : {}) }
  const actor: Actor = { kind: 'user', userId: user.id, role: 'member' }
  await audit(services.db, actor, { action: 'session.started', actor: user.email, target: user.email, ip: from.ip, details })
  return { userId: user.id, email: user.email, name: user.name, sessionVersion: user.sessionVersion, sessionId }
}

/** That limits refuse somebody is told once a minute: a flood of attempts must not fill the log. */
const told = new LRUCache<string, true>({ max: 1_000, ttl: 60_000 })

async function limited(services: Pick<Services, 'db'>, email: string, from: SignInFrom, take: () => Promise<void>): Promise<void> {
  try {
    await take()
  } catch (error) {
    const subject = `${from.ip} ${email}`
    if (error instanceof FaultlineError && error.code === 'rate_limited' && !told.has(subject)) {
      told.set(subject, true)
      await refused(services.db, email, from, 'limit')
    }
    throw error
  }
}

export async function refused(
  db: Database,
  email: string,
  from: SignInFrom,
  reason: 'credentials' | 'disabled' | 'code' | 'limit' | 'identity',
): Promise<void> {
  // people type their password into the wrong field: what is no address is not written down
  const target = z.email().safeParse(email).success ? email : '(no address)'
  await audit(
    db,
    { kind: 'authenticator' },
    { action: 'session.refused', actor: 'anonymous', target, ip: from.ip, allowed: false, details: { reason } },
  )
}
