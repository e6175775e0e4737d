import { headers } from 'next/headers'
import { notFound, redirect } from 'next/navigation'
import { cache } from 'react'
import { safeCallbackPath } from '../features/account/prepare/safe-callback-path.ts'
import type { SessionUser } from './auth/sessions.ts'
import type { Caller } from './caller.ts'
import { webRuntime } from './runtime.ts'

/** For server components: who is signed in, as the database has it now; null when nobody is. Asked once per request. */
export const getCurrentUser = cache(async (): Promise<SessionUser | null> => webRuntime().userOf((await headers()).get('cookie')))

/** Every page but the sign-in begins with this. Leads to the sign-in and back when nobody is signed in. */
export async function requireUser(): Promise<SessionUser> {
  const user = await getCurrentUser()
  if (user) return user
  const path = safeCallbackPath((await headers()).get('x-faultline-path'))
  redirect(path === '/' ? '/sign-in' : `/sign-in?callbackUrl=${encodeURIComponent(path)}`)
}

/** For administrators' pages. To everybody else who is signed in there is no such page. */
export async function requireAdmin(): Promise<SessionUser> {
  const user = await requireUser()
  if (user.role !== 'admin') notFound()
  return user
}

/** The root router without a network in between: `(await serverApi()).instruments.list()`. Procedures check as always. */
export const serverApi = cache(async (): Promise<Caller> => {
  const asked = await headers()
  return webRuntime().callerOf(asked.get('cookie'), asked.get('x-faultline-ip'))
})

/** The nonce of this response's content security policy, for inline scripts of our own. */
export const scriptNonce = async (): Promise<string | undefined> => (await headers()).get('x-nonce') ?? undefined
