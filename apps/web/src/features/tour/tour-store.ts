'use client'
import { useSyncExternalStore } from 'react'
import { Listeners } from '../shell/listeners.ts'

/** Which step of the tour is shown; `here`: the page has a tour at all. */
interface TourState {
  step: number | null
  here: boolean
}

const SEEN = 'faultline-tour-seen'
const OFF: TourState = { step: null, here: false }
const listeners = new Listeners()
let state = OFF

function set(next: Partial<TourState>): void {
  state = { ...state, ...next }
  listeners.tell()
}

export const useTourState = (): TourState =>
  useSyncExternalStore(
    listeners.subscribe,
    () => state,
    () => OFF,
  )

export const useTourIsHere = (): boolean => useTourState().here
export const setTourHere = (here: boolean): void => set({ here, step: null })
export const showStep = (step: number): void => set({ step })
export const startTour = (): void => set({ step: 0 })

/** Ends it, and remembers in this browser that it was seen. */
export function endTour(): void {
  set({ step: null })
  try {
    localStorage.setItem(SEEN, '1')
  } catch {
    // storage is blocked: it comes again with the next visit
  }
}

/** Whether this browser has seen it; where that cannot be known it counts as seen, or it would come with every page. */
export function tourWasSeen(): boolean {
  try {
    return localStorage.getItem(SEEN) !== null
  } catch {
    return true
  }
}
