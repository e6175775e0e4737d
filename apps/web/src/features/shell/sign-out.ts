'use client'
import { signOut as endSession } from 'next-auth/react'

/** Between the tabs of one browser: whoever signs out says so here, since the stream of another tab lives on without a cookie. */
const CHANNEL = 'faultline-session'

/** Ends the session and leaves; the whole page is loaded anew, so that nothing of it stays in memory. */
export async function signOut(): Promise<void> {
  await endSession({ redirect: false })
  if (typeof BroadcastChannel !== 'undefined') {
    const channel = new BroadcastChannel(CHANNEL)
    channel.postMessage('signed out')
    channel.close()
  }
  location.assign('/sign-in')
}

/** Calls `listener` when another tab of this browser signs out. Returns what ends the listening. */
export function onSignOutElsewhere(listener: () => void): () => void {
  if (typeof BroadcastChannel === 'undefined') return () => {}
  const channel = new BroadcastChannel(CHANNEL)
  channel.onmessage = listener
  return () => channel.close()
}
