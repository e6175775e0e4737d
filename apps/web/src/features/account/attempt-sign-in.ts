'use client'
import { signIn } from 'next-auth/react'
import { messages } from '../../messages.ts'

/** What server/auth/sign-in.ts throws when all is right so far. */
const CODE_NEEDED = 'second-factor'

export type SignInAnswer = { is: 'in' } | { is: 'codeNeeded' } | { is: 'refused'; problem: string }

/** By password, with a code where that is wanted; or with what another site has begun (`pending`). */
export async function attemptSignIn(
  given: { email: string; password: string; code?: string } | { pending: string; code: string },
): Promise<SignInAnswer> {
  try {
    const result = await signIn('credentials', { ...given, redirect: false })
    if (result?.ok && !result.error) return { is: 'in' }
    if (result?.error === CODE_NEEDED) return { is: 'codeNeeded' }
    // next-auth's own word for "authorize() said no"; anything else was written for people
    return { is: 'refused', problem: !result?.error || result.error === 'CredentialsSignin' ? messages.signIn.wrong : result.error }
  } catch {
    return { is: 'refused', problem: messages.signIn.failed }
  }
}
