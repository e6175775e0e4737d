'use client'
import { attemptSignIn } from '../account/attempt-sign-in.ts'

/**
 * Signs in with what was just set, and opens the product, or the path of it that somebody was on the way to. Where that does not
 * work (the limit is reached), the sign-in page is what comes, and says what was done.
 */
export async function enter(email: string, password: string, target = '/'): Promise<void> {
  const { is } = await attemptSignIn({ email, password })
  // A load of the whole page: the server renders it with the new session.
  location.assign(is === 'in' ? target : `/sign-in?made=1&callbackUrl=${encodeURIComponent(target)}`)
}
