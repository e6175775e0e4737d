'use client'
import { useEffect, useState } from 'react'

/** The browser's clock, ticking every `everyMs`; `first` (the server's clock) until the page runs, so that both render the same. */
export function useNow(first: number, everyMs = 10_000): number {
  const [now, setNow] = useState(first)
  useEffect(() => {
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
