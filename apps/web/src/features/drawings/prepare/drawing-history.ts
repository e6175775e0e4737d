import type { Drawing } from '@faultline/ui/chart/drawings'

export type Drawings = readonly Drawing[]

/** What is drawn now, what it was before, and what was undone. Every entry is a whole list: lists share the drawings that did not change. */
export interface DrawingHistory {
  readonly now: Drawings
  /** oldest first */
  readonly past: readonly Drawings[]
  /** next to be redone last */
  readonly undone: readonly Drawings[]
  /** as it was opened or saved last; null: what is drawn was never saved */
  readonly saved: Drawings | null
}

/** Steps that can be undone. */
const KEPT_STEPS = 100

export const NO_DRAWINGS: Drawings = []

/** A list as it is opened: nothing to undo. */
export const openHistory = (drawings: Drawings, dirty = false): DrawingHistory => ({
  now: drawings,
  past: [],
  undone: [],
  saved: dirty ? null : drawings,
})

export const changed = (history: DrawingHistory, drawings: Drawings): DrawingHistory =>
  drawings === history.now ? history : { ...history, now: drawings, past: [...history.past, history.now].slice(-KEPT_STEPS), undone: [] }

export function undone(history: DrawingHistory): DrawingHistory {
  const before = history.past.at(-1)
  return before ? { ...history, now: before, past: history.past.slice(0, -1), undone: [...history.undone, history.now] } : history
}

export function redone(history: DrawingHistory): DrawingHistory {
  const next = history.undone.at(-1)
  return next ? { ...history, now: next, past: [...history.past, history.now], undone: history.undone.slice(0, -1) } : history
}

/** `drawings` is what has been saved, which need not be what is drawn by now. */
export const saved = (history: DrawingHistory, drawings: Drawings): DrawingHistory =>
  history.saved === drawings ? history : { ...history, saved: drawings }

/** Whether what is drawn is other than what is saved. An undo that leads back to it makes it clean again. */
export const isDirty = ({ now, saved }: DrawingHistory): boolean => (saved === null ? now.length > 0 : now !== saved)
