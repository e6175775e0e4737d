'use client'
import { useEffect, useRef } from 'react'

/** Single keys (`[`, `/`) and `Mod+k` on the whole page; they do nothing while somebody types. */
export function useHotkeys(keys: Readonly<Record<string, () => void>>): void {
  const latest = useRef(keys)
  useEffect(() => {
    latest.current = keys
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const mod = event.metaKey || event.ctrlKey
      if (event.altKey || event.defaultPrevented || (!mod && isTyping(event.target))) return
      const action = latest.current[mod ? `Mod+${event.key.toLowerCase()}` : event.key]
      if (!action) return
      event.preventDefault()
      action()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
