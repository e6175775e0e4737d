/** What somebody has drawn onto the chart: anchored to time (UTC ms) and price, so that it stays where it was meant at every zoom. */

export const DRAWING_KINDS = ['line', 'horizontal', 'box', 'text'] as const
export type DrawingKind = (typeof DRAWING_KINDS)[number]
export const DRAWING_COLOURS = ['accent', 'long', 'short', 'ok', 'warn', 'err', 'neutral'] as const
export type DrawingColour = (typeof DRAWING_COLOURS)[number]

export interface DrawingPoint {
  time: number
  price: number
}

export interface Drawing {
  /** unique within its view */
  id: string
  kind: DrawingKind
  /** two for a line and a box, one for a horizontal line and a text */
  points: readonly DrawingPoint[]
  colour: DrawingColour
  /** the text itself, or a label of the others; may be empty */
  text: string
}

export const pointsOf = (kind: DrawingKind): 1 | 2 => (kind === 'line' || kind === 'box' ? 2 : 1)

/** Unique within a view; also where the page is not served over https and has no randomUUID. */
export const newDrawingId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(9))].map((byte) => byte.toString(36).padStart(2, '0')).join('')
