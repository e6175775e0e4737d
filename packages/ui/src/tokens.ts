/**
 * Design tokens for code that draws on a canvas. `styles.css` holds the same values as CSS variables (`--fl-<name>`);
 * tokens.test.ts fails when the two differ.
 */

export type Theme = 'dark' | 'light'

export interface ThemeTokens {
  /** page, panels, controls, selected */
  bg: string
  s1: string
  s2: string
  s3: string
  /** hairline, control border */
  line: string
  line2: string
  /** chart plot area */
  heatbg: string
  /** text: main, secondary, label */
  t1: string
  t2: string
  t3: string
  /** brand and what is written on it, accent text */
  acc: string
  accOn: string
  accfg: string
  /** sides of a position: always told apart by word or shape as well */
  long: string
  short: string
  ok: string
  warn: string
  err: string
  up: string
  dn: string
  /** candles are neutral, so that hue stays free for the side */
  candleUp: string
  candleDown: string
  candleDownEdge: string
  candleUpEdge: string
}

export const TOKENS: Readonly<Record<Theme, ThemeTokens>> = {
  dark: {
    bg: '#090C12',
    s1: '#0F141C',
    s2: '#161D28',
    s3: '#1E2735',
    line: '#1D2633',
    line2: '#2E3A4B',
    heatbg: '#07090E',
    t1: '#EAEFF6',
    t2: '#AEB9C8',
    t3: '#8491A4',
    acc: '#9A8CFF',
    accOn: '#120E2B',
    accfg: '#C3BAFF',
    long: '#4FC3EA',
    short: '#F6A945',
    ok: '#52D6AE',
    warn: '#F2D355',
    err: '#FF7D8C',
    up: '#5FD3B0',
    dn: '#FF8B98',
    candleUp: '#F2F5FA',
    candleUpEdge: '#F2F5FA',
    candleDown: '#39465A',
    candleDownEdge: '#B9C4D4',
  },
  light: {
    bg: '#F3F5F9',
    s1: '#FFFFFF',
    s2: '#F0F3F8',
    s3: '#E4E9F1',
    line: '#E1E6EE',
    line2: '#C5CEDB',
    heatbg: '#FBFCFE',
    t1: '#0F1826',
    t2: '#3F4C5F',
    t3: '#5B687B',
    acc: '#5A48D8',
    accOn: '#FFFFFF',
    accfg: '#4A39C4',
    long: '#066E96',
    short: '#9E4E00',
    ok: '#08765A',
    warn: '#7A5C00',
    err: '#B92338',
    up: '#08765A',
    dn: '#B92338',
    candleUp: '#FFFFFF',
    candleUpEdge: '#17202E',
    candleDown: '#17202E',
    candleDownEdge: '#17202E',
  },
}

/** Colour stops of the heat, 0 → 1, to be interpolated in OKLCH. Both sides have the same lightness at the same value. */
export const HEAT_STOPS: Readonly<Record<Theme, Readonly<Record<'long' | 'short', readonly string[]>>>> = {
  dark: {
    long: ['#0A0F1D', '#17224F', '#204282', '#206EA6', '#1CA2C3', '#57D4D4', '#B7F8E5'],
    short: ['#190A12', '#43102B', '#772136', '#AB4238', '#D87339', '#F0B04F', '#F8E9A3'],
  },
  light: {
    long: ['#F1F8FA', '#CBEBF3', '#97D6EA', '#61B4D7', '#3389BA', '#225A93', '#1C3060'],
    short: ['#F9F6F1', '#F4E4C9', '#EFC68F', '#E39851', '#C36631', '#943B27', '#5D1C20'],
  },
}

/**
 * Ramps that both sides share, 0 → 1, in OKLCH as well. Lightness rises all the way in dark and falls all the way in light: more USD is
 * further from the ground. Cividis and viridis: Nuñez et al. 2018, Smith and van der Walt 2015, with one stop added towards the ground.
 */
export const SINGLE_HEAT_STOPS: Readonly<Record<'cividis' | 'viridis' | 'contrast', Readonly<Record<Theme, readonly string[]>>>> = {
  cividis: {
    dark: ['#0A0F1F', '#00224E', '#123570', '#3B496C', '#575D6D', '#707173', '#8A8678', '#A59C74', '#C3B369', '#E1CC55', '#FEE838'],
    light: ['#FFFDEE', '#FEF3A8', '#E9D768', '#C3B369', '#A59C74', '#8A8678', '#707173', '#575D6D', '#3B496C', '#123570', '#00224E'],
  },
  viridis: {
    dark: ['#13081D', '#440154', '#482878', '#3E4989', '#31688E', '#26828E', '#1F9E89', '#35B779', '#6DCD59', '#B4DE2C', '#FDE725'],
    light: ['#FFFDE8', '#FBF29A', '#D3E66A', '#8FD35F', '#43B97A', '#1F9E89', '#26828E', '#31688E', '#3E4989', '#482878', '#440154'],
  },
  contrast: {
    dark: ['#0D0B08', '#3A2E00', '#755F00', '#B39500', '#F0D000', '#FFFBE0'],
    light: ['#FBFAF7', '#D9D4C9', '#A79F90', '#6F6759', '#39332A', '#0A0805'],
  },
}

/** Classes of effective leverage from low to high (up to 5, 10, 25, 50 and above), a colour each. */
export const LEVERAGE_COLOURS: Readonly<Record<Theme, Readonly<Record<'long' | 'short', readonly string[]>>>> = {
  dark: {
    long: ['#1F3B77', '#205B97', '#1984B4', '#2CB2C9', '#75DED7'],
    short: ['#6C1D35', '#953339', '#BE5639', '#E1863B', '#F2C166'],
  },
  light: {
    long: ['#95D5E9', '#6BBADA', '#459AC5', '#2971A7', '#204379'],
    short: ['#EFC48D', '#E5A05C', '#D07A3D', '#AB502C', '#772A25'],
  },
}

/** Exponent of the value-to-ramp curve `((usd − lo) / (hi − lo)) ^ γ`. */
export const HEAT_GAMMA: Readonly<Record<Theme, number>> = { dark: 1.25, light: 0.95 }

/** Font stack of everything, canvas text included. */
export const FONT_FAMILY = "'Inter Variable', Inter, system-ui, -apple-system, 'Segoe UI', 'Liberation Sans', sans-serif"
