'use client'
import { useEffect, useState } from 'react'

/** A value once it has not changed for `delayMs`; '' before the first. */
export function useSettled(value: string, delayMs: number): string {
  const [settled, setSettled] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delayMs)
    return () => clearTimeout(timer)
  }, [value, delayMs])
  return settled
}
