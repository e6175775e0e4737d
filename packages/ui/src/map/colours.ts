import type { Theme } from '../tokens.ts'

/** A colour for each side of one part of the stack. */
export interface PartColour {
  long: string
  short: string
}

/** Classes of effective leverage, low to high: brighter (in light: darker) the higher. */
const LEVERAGE: Readonly<Record<Theme, { long: readonly string[]; short: readonly string[] }>> = {
  dark: {
    long: ['#1F3B77', '#205B97', '#1984B4', '#2CB2C9', '#75DED7'],
    short: ['#6C1D35', '#953339', '#BE5639', '#E1863B', '#F2C166'],
  },
  light: {
    long: ['#95D5E9', '#6BBADA', '#459AC5', '#2971A7', '#204379'],
    short: ['#EFC48D', '#E5A05C', '#D07A3D', '#AB502C', '#772A25'],
  },
}

/** Colours of `count` classes of leverage, of five at most. */
export const leverageColours = (theme: Theme, count = 5): PartColour[] =>
  Array.from({ length: count }, (_, k) => ({ long: LEVERAGE[theme].long[k] as string, short: LEVERAGE[theme].short[k] as string }))

/** Where it is not known, or not asked, what a bar consists of. */
export const plainColour = (theme: Theme): PartColour => leverageColours(theme)[2] as PartColour
