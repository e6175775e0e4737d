/** `twin`: a hue for each side at equal lightness. The others are one ramp for both, and shorts are hatched. The names stand in addresses. */
export const PALETTES = ['twin', 'cividis', 'viridis', 'contrast'] as const
export type Palette = (typeof PALETTES)[number]

/** How USD become brightness: by the amounts themselves, or by the share of the loaded cells that hold less. */
export const HEAT_SCALES = ['absolute', 'percentile'] as const
export type HeatScale = (typeof HEAT_SCALES)[number]

export const PRICE_STYLES = ['candles', 'line', 'none'] as const
export type PriceStyle = (typeof PRICE_STYLES)[number]

export const SHOWN_SIDES = ['both', 'long', 'short'] as const
export type ShownSides = (typeof SHOWN_SIDES)[number]
