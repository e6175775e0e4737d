import { HEAT_SCALES, type HeatScale, PALETTES, type Palette, SHOWN_SIDES, type ShownSides } from '@faultline/ui/chart/palette'
import type { Theme } from '@faultline/ui/tokens'
import { askedRange } from '../../heatmap/prepare/ranges.ts'
import type { HeatmapRange } from '../../heatmap/server/schema.ts'

/** How an embed looks, by its address; what is not understood is as if it were not there. */
export interface EmbedOptions {
  /** null: the one that suits */
  range: HeatmapRange | null
  /** the reader may choose another range */
  rangeButtons: boolean
  palette: Palette
  heatScale: HeatScale
  sides: ShownSides
  log: boolean
  heat: boolean
  /** null: the reader's own */
  theme: Theme | null
}

type Query = Readonly<Record<string, string | string[] | undefined>>

const THEMES = ['dark', 'light'] as const satisfies readonly Theme[]
const oneOf = <T extends string>(names: readonly T[], asked: Query[string]): T | null => names.find((name) => name === asked) ?? null
const flag = (asked: Query[string], otherwise: boolean): boolean => (asked === '1' ? true : asked === '0' ? false : otherwise)

export function embedOptions(query: Query): EmbedOptions {
  const range = askedRange(query.r)
  return {
    range,
    rangeButtons: flag(query.ranges, range === null),
    palette: oneOf(PALETTES, query.pal) ?? 'twin',
    heatScale: oneOf(HEAT_SCALES, query.scale) ?? 'absolute',
    sides: oneOf(SHOWN_SIDES, query.side) ?? 'both',
    log: flag(query.log, false),
    heat: flag(query.heat, true),
    theme: oneOf(THEMES, query.theme),
  }
}

/** The same picture in the product: an address' query, with `?`. */
export function openQuery(options: EmbedOptions, range: HeatmapRange): string {
  const query = new URLSearchParams({ r: range })
  if (options.palette !== 'twin') query.set('pal', options.palette)
  if (options.heatScale !== 'absolute') query.set('scale', options.heatScale)
  if (options.sides !== 'both') query.set('side', options.sides)
  if (options.log) query.set('log', '1')
  if (!options.heat) query.set('heat', '0')
  return `?${query}`
}
