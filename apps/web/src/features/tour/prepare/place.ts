/** Where a note stands beside what it points at: pure. */

export interface Box {
  left: number
  top: number
  width: number
  height: number
}

/** CSS pixels of the window. `arrow`: from the note's left edge to its tip; `side`: where the note is, seen from the target. */
export interface NotePlace {
  left: number
  top: number
  side: 'below' | 'above' | 'inside'
  arrow: number
}

const GAP = 10
const EDGE = 8
/** From the corner, where the axis of time is. */
const INSIDE = 40
const ARROW_EDGE = 16

/**
 * Below the target where there is room, else above. A chart may fill the window: then in its lower left corner, away from what is newest.
 * Always inside the window.
 */
export function placeNote(target: Box, note: { width: number; height: number }, window: { width: number; height: number }): NotePlace {
  const within = (value: number, most: number) => Math.max(EDGE, Math.min(value, most - EDGE))
  const middle = target.left + target.width / 2
  const left = within(middle - note.width / 2, window.width - note.width)
  const arrow = Math.max(ARROW_EDGE, Math.min(middle - left, note.width - ARROW_EDGE))
  const below = target.top + target.height + GAP
  if (below >= EDGE && below + note.height + EDGE <= window.height) return { left, top: below, side: 'below', arrow }
  const above = target.top - GAP - note.height
  if (above >= EDGE && above + note.height + EDGE <= window.height) return { left, top: above, side: 'above', arrow }
  return {
    left: within(target.left + INSIDE, window.width - note.width),
    top: within(target.top + target.height - note.height - INSIDE, window.height - note.height),
    side: 'inside',
    arrow,
  }
}
