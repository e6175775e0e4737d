'use client'
import { useCallback, useEffect, useState } from 'react'
import { useUser } from '../shell/user-context.tsx'

/** Up to which comment (UTC ms) this person has read on this device; null until that is known. It only rises. */
export function useLastRead(itemId: string): [number | null, (time: number) => void] {
  const { userId } = useUser()
  const key = `faultline-comments-read ${userId} ${itemId}`
  const [time, setTime] = useState<number | null>(null)
  useEffect(() => setTime(stored(key)), [key])
  const mark = useCallback(
    (read: number) => {
      const next = Math.max(stored(key), read)
      setTime(next)
      try {
        localStorage.setItem(key, String(next))
      } catch {
        // a browser without storage: unread again with the next page
      }
    },
    [key],
  )
  return [time, mark]
}

function stored(key: string): number {
  try {
    return Number(localStorage.getItem(key)) || 0
  } catch {
    return 0
  }
}
