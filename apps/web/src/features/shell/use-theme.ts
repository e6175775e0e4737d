'use client'
import type { Theme } from '@faultline/ui/tokens'
import { useSyncExternalStore } from 'react'

/** Also read by theme-script.ts, before the first paint. */
const STORAGE_KEY = 'faultline-theme'

/** The theme on <html data-theme>. `setTheme` also saves it; other tabs of this browser follow. */
export function useTheme(): { theme: Theme; setTheme: (theme: Theme) => void } {
  const theme = useSyncExternalStore(subscribe, current, () => 'dark' as const)
  return { theme, setTheme }
}

const current = (): Theme => (document.documentElement.dataset.theme === 'light' ? 'light' : 'dark')

function setTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme
  try {
    localStorage.setItem(STORAGE_KEY, theme)
  } catch {
    // storage is blocked: the choice lasts as long as the page
  }
}

function subscribe(changed: () => void): () => void {
  const observer = new MutationObserver(changed)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  const onStorage = (event: StorageEvent) => {
    if (event.key === STORAGE_KEY && (event.newValue === 'dark' || event.newValue === 'light'))
      document.documentElement.dataset.theme = event.newValue
  }
  window.addEventListener('storage', onStorage)
  return () => {
    observer.disconnect()
    window.removeEventListener('storage', onStorage)
  }
}
