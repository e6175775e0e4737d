import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { HEAT_STOPS, LEVERAGE_COLOURS, SINGLE_HEAT_STOPS, type Theme, TOKENS } from './tokens.ts'

const css = readFileSync(new URL('./styles.css', import.meta.url), 'utf8')

/** Custom properties of the first rule with this selector. */
function variables(theme: Theme): Map<string, string> {
  const start = css.indexOf(`[data-theme="${theme}"] {`)
  const body = css.slice(start, css.indexOf('}', start))
  return new Map([...body.matchAll(/--fl-([\w-]+):\s*([^;]+);/g)].map((m) => [m[1] as string, (m[2] as string).replace(/\s+/g, ' ')]))
}
const dashed = (name: string): string => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)

it.each(['dark', 'light'] as const)('styles.css and tokens.ts say the same in %s', (theme) => {
  const vars = variables(theme)
  for (const [name, value] of Object.entries(TOKENS[theme])) expect([name, vars.get(dashed(name))]).toEqual([name, value.toLowerCase()])
  for (const side of ['long', 'short'] as const) {
    const stops = HEAT_STOPS[theme][side].map((s) => s.toLowerCase())
    expect(vars.get(`heat-${side}`)?.match(/#\w{6}/g)).toEqual(stops)
    expect(vars.get(`heat-${side}-full`)).toBe(stops.at(-1))
    LEVERAGE_COLOURS[theme][side].forEach((colour, i) => {
      expect(vars.get(`leverage-${side}-${i + 1}`)).toBe(colour.toLowerCase())
    })
  }
  for (const [palette, ramps] of Object.entries(SINGLE_HEAT_STOPS)) {
    const stops = ramps[theme].map((s) => s.toLowerCase())
    expect(vars.get(`heat-${palette}`)?.match(/#\w{6}/g)).toEqual(stops)
    expect(vars.get(`heat-${palette}-full`)).toBe(stops.at(-1))
  }
})

const luminance = (hex: string): number => {
  const [r, g, b] = [1, 3, 5]
    .map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
  return 0.2126 * (r as number) + 0.7152 * (g as number) + 0.0722 * (b as number)
}
const contrast = (a: string, b: string): number => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

it.each(['dark', 'light'] as const)('text reaches AA on every surface in %s', (theme) => {
  const t = TOKENS[theme]
  for (const surface of [t.bg, t.s1, t.s2, t.s3])
    for (const text of [t.t1, t.t2, t.t3, t.accfg, t.long, t.short, t.ok, t.warn, t.err])
      expect(contrast(text, surface)).toBeGreaterThanOrEqual(4.5)
  expect(contrast(t.accOn, t.acc)).toBeGreaterThanOrEqual(4.5)
})
