import { audit } from '@faultline/db/repositories/audit'
import { createByIdentity, findByIdentity, type Identity, linkIdentity } from '@faultline/db/repositories/identities'
import { signUpPolicy } from '@faultline/db/repositories/settings'
import { findForSignIn } from '@faultline/db/repositories/users'
import { FaultlineError } from '@faultline/market/errors'
import { nameField } from '../../features/joining/server/fields.ts'
import type { Services } from '../services.ts'
import { actorOf } from '../trpc.ts'
import type { ProviderProfile } from './oauth-providers.ts'
import type { SessionUser } from './sessions.ts'
import { begin, pendingSignIn, refused, type SignedIn, type SignInFrom } from './sign-in.ts'

export type OauthRefusal = 'unverified' | 'exists' | 'closed' | 'disabled' | 'taken'
export type OauthOutcome =
  | { is: 'signedIn'; session: SignedIn }
  /** the first step was right; `pending` goes with the code */
  | { is: 'codeNeeded'; pending: string }
  | { is: 'linked' }
  | { is: 'refused'; why: OauthRefusal }

type Needs = Pick<Services, 'db' | 'limits' | 'box'>

/**
 * Somebody comes back from another site. An identity that is known signs its person in; one that is not makes an account where
 * sign-up is open, and never takes over an account that is there already, whatever the addresses.
 */
export async function oauthSignIn(
  services: Needs,
  given: { provider: Identity['provider']; profile: ProviderProfile },
  from: SignInFrom,
): Promise<OauthOutcome> {
  const { provider, profile } = given
  await services.limits.take('signInIp', from.ip)
  const identity = { provider, accountId: profile.id }
  const person = await findByIdentity(services.db, identity)
  if (person?.disabled) return refuse(services, profile, from, 'disabled')
  if (person?.secondFactor) return { is: 'codeNeeded', pending: pendingSignIn(services, person, provider) }
  if (person) return { is: 'signedIn', session: await begin(services, person, provider, from) }

  if (!profile.emailVerified || !profile.email) return refuse(services, profile, from, 'unverified')
  if (await findForSignIn(services.db, profile.email)) return refuse(services, profile, from, 'exists')
  const policy = await signUpPolicy(services.db)
  if (policy.mode !== 'open') return refuse(services, profile, from, 'closed')
  const made = await createByIdentity(services.db, identity, {
    email: profile.email,
    name: nameField.safeParse(profile.name).data ?? profile.email,
    planKey: policy.defaultPlan,
  })
  if (!made) return refuse(services, profile, from, 'exists')
  await audit(
    services.db,
    { kind: 'user', userId: made.userId, role: 'member' },
    { action: 'user.signed_up', actor: made.email, target: made.email, ip: from.ip, details: { provider } },
  )
  return { is: 'signedIn', session: await begin(services, { id: made.userId, ...made }, provider, from) }
}

/** The same for somebody who is signed in and has asked for it: from now on the identity signs them in. */
export async function oauthLink(
  services: Needs,
  user: SessionUser,
  given: { provider: Identity['provider']; profile: ProviderProfile },
  from: SignInFrom,
): Promise<OauthOutcome> {
  const actor = actorOf(user)
  const { provider, profile } = given
  try {
    await linkIdentity(services.db, actor, { provider, accountId: profile.id })
  } catch (error) {
    if (!(error instanceof FaultlineError) || error.code !== 'conflict') throw error
    return { is: 'refused', why: 'taken' }
  }
  await audit(services.db, actor, { action: 'identity.linked', actor: user.email, target: user.email, ip: from.ip, details: { provider } })
  return { is: 'linked' }
}

async function refuse(services: Needs, profile: ProviderProfile, from: SignInFrom, why: OauthRefusal): Promise<OauthOutcome> {
  await refused(services.db, profile.email, from, why === 'disabled' ? 'disabled' : 'identity')
  return { is: 'refused', why }
}
