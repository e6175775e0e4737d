'use client'
import { type RefObject, useEffect, useRef } from 'react'

/** Whether the component is still there: for what is undone later, perhaps from another page. */
export function useAlive(): RefObject<boolean> {
  const alive = useRef(false)
  useEffect(() => {
    alive.current = true
    return () => {
      alive.current = false
    }
  }, [])
  return alive
}
