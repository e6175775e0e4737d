'use client'
import { useSyncExternalStore } from 'react'

/** As the style sheets' `phone:` begins. */
const WIDE = '(min-width: 720px)'

/** Whether the window is as narrow as a phone's; on the server it is not. */
export const usePhone = (): boolean =>
  useSyncExternalStore(
    subscribe,
    () => !matchMedia(WIDE).matches,
    () => false,
  )

function subscribe(changed: () => void): () => void {
  const query = matchMedia(WIDE)
  query.addEventListener('change', changed)
  return () => query.removeEventListener('change', changed)
}
