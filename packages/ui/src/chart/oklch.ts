/**
 * sRGB ↔ OKLCH and colour ramps in OKLCH. Matrices of Björn Ottosson, https://bottosson.github.io/posts/oklab/ (public
 * domain). Lightness 0…1, chroma about 0…0.4, hue in degrees.
 */
export type Rgb = readonly [number, number, number]
export type Lch = readonly [number, number, number]

export function parseHex(hex: string): Rgb {
  const n = Number.parseInt(hex.slice(1), 16)
  return [(n >> 16) & 255, (n >> 8) & 255, n & 255]
}

const toLinear = (byte: number): number => (byte <= 10.314_75 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4)
const toByte = (linear: number): number => {
  const v = linear <= 0.003_130_8 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055
  return Math.round(Math.min(1, Math.max(0, v)) * 255)
}

export function rgbToOklch([red, green, blue]: Rgb): Lch {
  const r = toLinear(red)
  const g = toLinear(green)
  const b = toLinear(blue)
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  const lightness = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s
  return [lightness, Math.hypot(a, bb), ((Math.atan2(bb, a) * 180) / Math.PI + 360) % 360]
}

/** Out-of-gamut colours are clipped per channel: between the stops of our ramps that is under one byte. */
export function oklchToRgb([lightness, chroma, hue]: Lch): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180)
  const b = chroma * Math.sin((hue * Math.PI) / 180)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    toByte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    toByte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    toByte(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ]
}

/** `count` colours from the first stop to the last, evenly in the parameter, hue the short way round. */
export function oklchRamp(stops: readonly string[], count: number): Rgb[] {
  const lch = stops.map((s) => rgbToOklch(parseHex(s)))
  return Array.from({ length: count }, (_, k) => {
    const at = (k / (count - 1)) * (lch.length - 1)
    const i = Math.min(lch.length - 2, Math.floor(at))
    const f = at - i
    const from = lch[i] as Lch
    const to = lch[i + 1] as Lch
    const turn = ((to[2] - from[2] + 540) % 360) - 180
    return oklchToRgb([from[0] + (to[0] - from[0]) * f, from[1] + (to[1] - from[1]) * f, (from[2] + turn * f + 360) % 360])
  })
}
