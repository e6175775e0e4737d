'use client'
import { ThemeToggle } from '../shell/theme-toggle.tsx'
import { useHydrated } from '../shell/use-hydrated.ts'

/** The page works without scripts; a button that needs them only shows with them, in room that is kept for it. */
export function HydratedTheme() {
  const hydrated = useHydrated()
  return <span className="inline-flex size-10 flex-none items-center justify-center">{hydrated && <ThemeToggle />}</span>
}
