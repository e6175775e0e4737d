'use client'
import { signIn } from 'next-auth/react'

/**
 * Signs in with what was just set, and opens the product. Where that does not work (a second factor is wanted, the limit is
 * reached), the sign-in page is what comes, and says what was done.
 */
export async function enter(email: string, password: string): Promise<void> {
  const result = await signIn('credentials', { email, password, redirect: false }).catch(() => null)
  // A load of the whole page: the server renders it with the new session.
  location.assign(result?.ok && !result.error ? '/' : '/sign-in?made=1')
}
