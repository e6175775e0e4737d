'use client'
import { useSyncExternalStore } from 'react'
import { Listeners } from './listeners.ts'

/** What lies over the whole page, one at a time. */
export type Overlay = { kind: 'palette' } | { kind: 'shortcuts' } | { kind: 'copy'; text: string }

const listeners = new Listeners()
let shown: Overlay | null = null

export function showOverlay(overlay: Overlay | null): void {
  shown = overlay
  listeners.tell()
}

export const useOverlay = (): Overlay | null =>
  useSyncExternalStore(
    listeners.subscribe,
    () => shown,
    () => null,
  )

export const isShown = (kind: Overlay['kind']): boolean => shown?.kind === kind
