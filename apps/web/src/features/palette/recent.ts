'use client'
import { readRecent, withRecent } from './prepare/find.ts'

const KEY = 'faultline-palette-recent'

/** Ids of what was chosen last in this browser, the newest first. */
export function recentIds(): string[] {
  try {
    return readRecent(localStorage.getItem(KEY))
  } catch {
    return []
  }
}

/** Puts a chosen entry first among the recent ones, where the browser lets us store them. */
export function rememberId(id: string): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(withRecent(recentIds(), id)))
  } catch {
    // storage is blocked or full: nothing is recent
  }
}
