'use client'
import { signOut as endSession } from 'next-auth/react'

/** Ends the session and leaves; the whole page is loaded anew, so that nothing of it stays in memory. */
export async function signOut(): Promise<void> {
  await endSession({ redirect: false })
  location.assign('/sign-in')
}
