import { LEVERAGE_COLOURS, type Theme } from '../tokens.ts'

/** A colour for each side of one part of the stack. */
export interface PartColour {
  long: string
  short: string
}

/** Colours of `count` classes of leverage, of five at most. */
export const leverageColours = (theme: Theme, count = 5): PartColour[] =>
  Array.from({ length: count }, (_, k) => ({
    long: LEVERAGE_COLOURS[theme].long[k] as string,
    short: LEVERAGE_COLOURS[theme].short[k] as string,
  }))

/** Where it is not known, or not asked, what a bar consists of. */
export const plainColour = (theme: Theme): PartColour => leverageColours(theme)[2] as PartColour
