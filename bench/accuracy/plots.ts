/** Plots as plain SVG, readable on white and on dark paper. */
import type { Estimate } from '@faultline/engine/score/statistics'
import type { PopulationReport } from './aggregate.ts'
import type { CascadeReport } from './report-shape.ts'

const WIDTH = 640
const HEIGHT = 260
const LEFT = 56
const RIGHT = 16
const TOP = 28
const BOTTOM = 36
const INK = '#7a7a7a'
const TRUTH = '#8a8f98'
const ESTIMATE = '#d9691f'
const SECOND = '#2b7bba'

export const populationFile = (population: string): string => `profile-${population.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}.svg`

const svg = (title: string, body: readonly string[], height = HEIGHT): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11" fill="${INK}">`,
    `<title>${title}</title>`,
    `<text x="${LEFT}" y="16" font-size="13">${title}</text>`,
    ...body,
    '</svg>',
    '',
  ].join('\n')

const at = (n: number): string => n.toFixed(1)
const text = (x: number, y: number, content: string, anchor = 'middle'): string =>
  `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}">${content}</text>`
const line = (x1: number, y1: number, x2: number, y2: number, colour = INK, width = 1, dash = ''): string =>
  `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" stroke="${colour}" stroke-width="${width}"${dash && ` stroke-dasharray="${dash}"`}/>`
const path = (points: readonly [number, number][], colour: string): string =>
  `<path d="${points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${at(x)} ${at(y)}`).join('')}" fill="none" stroke="${colour}" stroke-width="1.8"/>`

/** Mean USD per bin of distance: longs to the left of the price, shorts to the right. */
export function profilePlot(report: PopulationReport, bin: number): string {
  const [long, short] = report.profile
  const bins = long?.truth.length ?? 0
  const most = Math.max(...report.profile.flatMap((p) => [...p.truth, ...p.estimate])) / 1e6
  const x = (signed: number) => LEFT + ((signed / bins + 1) / 2) * (WIDTH - LEFT - RIGHT)
  const y = (usd: number) => HEIGHT - BOTTOM - (usd / 1e6 / most) * (HEIGHT - TOP - BOTTOM)
  const curve = (of: 'truth' | 'estimate'): [number, number][] => [
    ...(long?.[of] ?? []).map((v, i): [number, number] => [x(-(i + 0.5)), y(v)]).reverse(),
    ...(short?.[of] ?? []).map((v, i): [number, number] => [x(i + 0.5), y(v)]),
  ]
  const marks = [-0.15, -0.1, -0.05, 0, 0.05, 0.1, 0.15].filter((d) => Math.abs(d) <= bins * bin + 1e-9)
  return svg(`${report.population}: USD by distance from price (truth grey, estimate orange)`, [
    line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM),
    line(x(0), TOP, x(0), HEIGHT - BOTTOM, INK, 1, '3 3'),
    ...marks.map((d) => text(x(d / bin), HEIGHT - BOTTOM + 15, `${(100 * d).toFixed(0)} %`)),
    ...[0.5, 1].map((share) => text(LEFT - 6, y(share * most * 1e6) + 4, `$${(share * most).toFixed(1)}M`, 'end')),
    path(curve('truth'), TRUTH),
    path(curve('estimate'), ESTIMATE),
  ])
}

/** Gain over distance alone and over the map of the day before, with intervals, per population and horizon. */
export function gainPlot(populations: readonly PopulationReport[]): string {
  const rows = populations.flatMap((p) =>
    p.gains
      .filter((g) => g.events > 0)
      .map((g) => ({ label: `${p.population}, ${g.horizonMs / 60_000} min`, distance: g.gain.distanceOnly, stale: g.gain.stale })),
  )
  const left = 190
  const height = TOP + 30 * rows.length + BOTTOM
  const values = rows
    .flatMap((r) => [r.distance, r.stale])
    .flatMap((e) => (e ? [e.interval?.low ?? e.value, e.interval?.high ?? e.value] : []))
  const low = Math.min(0, ...values)
  const high = Math.max(0.1, ...values)
  const x = (v: number) => left + ((v - low) / (high - low)) * (WIDTH - left - RIGHT)
  const mark = (e: Estimate | null, y: number, colour: string): string[] =>
    e
      ? [
          line(x(e.interval?.low ?? e.value), y, x(e.interval?.high ?? e.value), y, colour, 2),
          `<circle cx="${at(x(e.value))}" cy="${at(y)}" r="3.5" fill="${colour}"/>`,
        ]
      : []
  return svg(
    'Gain in nats per print: over distance alone (orange), over the day before (blue)',
    [
      line(x(0), TOP, x(0), height - BOTTOM, INK, 1, '3 3'),
      ...[...new Set([low, 0, high])].map((v) => text(x(v), height - BOTTOM + 15, v.toFixed(2))),
      ...rows.flatMap((r, i) => {
        const y = TOP + 30 * i + 15
        return [text(left - 8, y + 4, r.label, 'end'), ...mark(r.distance, y - 5, ESTIMATE), ...mark(r.stale, y + 5, SECOND)]
      }),
    ],
    height,
  )
}

/** What was said against what came; the area of a point goes with the number of forecasts. */
export function reliabilityPlot(cascades: readonly CascadeReport[]): string {
  const size = 300
  const x = (p: number) => LEFT + p * size
  const y = (p: number) => TOP + (1 - p) * size
  const colours = [ESTIMATE, SECOND, '#3f9b57', '#9458b5', '#b5893a', '#c0435f']
  const colour = (i: number) => colours[i % colours.length] as string
  return svg(
    'Probabilities of a share of open interest liquidated within an hour: said (across) and come (up)',
    [
      line(x(0), y(0), x(1), y(0)),
      line(x(0), y(0), x(0), y(1)),
      line(x(0), y(0), x(1), y(1), INK, 1, '3 3'),
      ...[0, 0.5, 1].flatMap((p) => [text(x(p), y(0) + 15, p.toFixed(1)), text(x(0) - 8, y(p) + 4, p.toFixed(1), 'end')]),
      ...cascades.flatMap((c, i) => {
        const most = Math.max(...c.reliability.map((r) => r.count))
        return [
          path(
            c.reliability.map((r): [number, number] => [x(r.meanProbability), y(r.frequency)]),
            colour(i),
          ),
          ...c.reliability.map(
            (r) =>
              `<circle cx="${at(x(r.meanProbability))}" cy="${at(y(r.frequency))}" r="${at(2 + 5 * Math.sqrt(r.count / most))}" fill="${colour(i)}" fill-opacity="0.6"/>`,
          ),
          `<circle cx="${at(x(1) + 24)}" cy="${at(TOP + 12 + 18 * i)}" r="4" fill="${colour(i)}"/>`,
          text(x(1) + 34, TOP + 16 + 18 * i, c.id.replace(/ (of|,).*/, ''), 'start'),
        ]
      }),
    ],
    TOP + size + BOTTOM,
  )
}
