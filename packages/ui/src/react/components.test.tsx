import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import type { HeatmapData } from '../chart/heatmap-data.ts'
import { DualRange, labelPlaces } from './dual-range.tsx'
import { ErrorNote } from './error-note.tsx'
import { Field } from './field.tsx'
import { Heatmap } from './heatmap.tsx'
import { SegmentedControl } from './segmented-control.tsx'
import { Toggle, ToggleButton } from './toggle.tsx'

const HOUR = 3_600_000
const data: HeatmapData = {
  symbol: '<img src=x onerror=alert(1)>',
  simulated: false,
  from: HOUR,
  to: 4 * HOUR,
  lastBucket: 3.5 * HOUR,
  rangeMs: 3 * HOUR,
  resolutionMs: HOUR,
  bucketMs: HOUR / 2,
  heat: {
    from: 0,
    resolutionMs: HOUR,
    columns: 4,
    firstBin: 7,
    bins: 2,
    long: new Uint8Array(8),
    short: new Uint8Array(8),
    state: Uint8Array.of(1, 1, 0, 2),
  },
  candles: { intervalMs: HOUR, rows: [[0, 1, 1, 1, 2155.1, 1]] },
  openInterest: [],
  funding: [],
  gaps: [],
}
const nothing = () => {}

describe('Heatmap', () => {
  it('says on its element what is loaded', () => {
    const html = renderToStaticMarkup(<Heatmap data={data} state="ready" theme="dark" />)
    expect(html).toContain(
      'data-testid="heatmap" data-state="ready" data-columns="2" data-bins="2" data-last-bucket="1970-01-01T03:30:00.000Z" data-resolution="1h" data-simulated="false" data-gaps="0"',
    )
    expect(html).toMatch(/<figure aria-label="Estimated liquidation heatmap of [^"]*last price 2,155.1, data up to 1 Jan 1970, 04:00 UTC"/)
    expect(html).not.toContain('<img')
  })
  it('counts the gaps in the candles, and reads the last bucket where one has followed it', () => {
    const gaps = [
      { channel: 'candle', from: 2 * HOUR, to: 3 * HOUR },
      { channel: 'liquidation', from: HOUR, to: 3 * HOUR },
      { channel: 'candle', from: 4 * HOUR, to: 5 * HOUR },
    ]
    const html = renderToStaticMarkup(<Heatmap data={{ ...data, to: 5 * HOUR, gaps }} state="ready" theme="dark" />)
    expect(html).toMatch(/data-last-bucket="1970-01-01T03:30:00\.000Z"[^>]* data-gaps="2"/)
    expect(html).toContain('data up to 1 Jan 1970, 04:00 UTC')
  })
  it('shows its states', () => {
    const loading = renderToStaticMarkup(<Heatmap data={null} state="loading" theme="dark" loadingText="Loading 3 d at 5 m" />)
    expect(loading).toContain('data-columns="0"')
    expect(loading).toContain('Loading 3 d at 5 m')
    expect(
      renderToStaticMarkup(
        <Heatmap data={null} state="empty" theme="dark" emptyText="No data yet" emptyAction={<a href="/import">How to import</a>} />,
      ),
    ).toMatch(/No data yet.*How to import/)
    const failed = renderToStaticMarkup(
      <Heatmap data={data} state="error" theme="dark" error="The server does not answer." onRetry={nothing} />,
    )
    expect(failed).toMatch(/fl-heatmap-dimmed.*The server does not answer\..*Retry/)
  })
})

describe('controls', () => {
  it('a segmented control presses the chosen one', () => {
    const html = renderToStaticMarkup(
      <SegmentedControl label="Range" options={[{ value: '12h' }, { value: '1d' }]} value="1d" onChange={nothing} />,
    )
    expect(html).toMatch(/aria-label="Range".*aria-pressed="false"[^>]*>12h<.*aria-pressed="true"[^>]*>1d</)
  })
  it('what is locked says why, keeps its name, and can be reached', () => {
    const why = '30d is part of Pro.'
    const html = renderToStaticMarkup(
      <SegmentedControl label="Range" options={[{ value: '7d' }, { value: '30d', locked: why }]} value="7d" onChange={nothing} />,
    )
    expect(html).toMatch(
      /<button[^>]*title="30d is part of Pro\."[^>]*aria-disabled="true"[^>]*><svg[^>]*aria-hidden="true".*<\/svg>30d<\/button>/,
    )
    expect(html).not.toMatch(/ disabled=/)
    expect(html.match(/aria-disabled/g)).toHaveLength(1)
  })
  it('a toggle is a switch with a label, a toggle button is pressed', () => {
    const html = renderToStaticMarkup(<Toggle label="Sound" checked onChange={nothing} />)
    const id = /id="([^"]+)"/.exec(html)?.[1]
    expect(html).toContain('role="switch" aria-checked="true"')
    expect(html).toContain(`for="${id}"`)
    expect(renderToStaticMarkup(<ToggleButton label="Heat" pressed={false} onChange={nothing} />)).toContain('aria-pressed="false"')
  })
  it('both handles say their value in USD', () => {
    const html = renderToStaticMarkup(<DualRange label="Threshold" min={5e5} max={5e7} low={6e6} high={3.4e7} onChange={nothing} />)
    expect([...html.matchAll(/role="slider"[^>]*aria-valuetext="([^"]+)"/g)].map((m) => m[1])).toEqual(['$6.0M', '$34.0M'])
  })
  it('the threshold stands over the histogram of what is on screen, in the colours of the palette', () => {
    const range = { label: 'Threshold', min: 1e5, max: 1e7, low: 1e6, high: 5e6, onChange: nothing }
    const html = renderToStaticMarkup(<DualRange {...range} palette="viridis" histogram={[0, 1, 0.5, 0]} />)
    expect(html).toContain('data-palette="viridis"')
    expect([...html.matchAll(/ d="([^"]+)"/g)].map((m) => m[1])).toEqual(Array(2).fill('M0.275 1V0H0.475V1ZM0.525 1V0.5H0.725V1Z'))
    expect(html).toContain('clip-path:inset(0 15.051')
    expect(renderToStaticMarkup(<DualRange {...range} />)).not.toContain('<svg')
  })
  it('a field ties label, input and error together', () => {
    const html = renderToStaticMarkup(<Field label="Email" name="email" error="Unknown." errorTestId="form-error" />)
    const id = /<input[^>]* id="([^"]+)"/.exec(html)?.[1]
    expect(html).toContain(`for="${id}"`)
    expect(html).toContain(`aria-describedby="${id}-error"`)
    expect(html).toMatch(/role="alert" data-testid="form-error"[^>]*>Unknown\./)
    expect(html).toContain('aria-invalid="true"')
  })
  it('an error is an alert', () =>
    expect(renderToStaticMarkup(<ErrorNote data-testid="form-error">No.</ErrorNote>)).toMatch(/role="alert"[^>]*data-testid="form-error"/))
})

it('keeps the labels of a scale apart and inside, and under their handles where there is room', () => {
  expect(labelPlaces({ low: 0.2, high: 0.7 })).toEqual([0.2, 0.7])
  for (const [low, high] of [
    [0, 0.01],
    [0.5, 0.51],
    [0.98, 0.99],
    [0, 1],
  ] as const) {
    const [a, b] = labelPlaces({ low, high })
    expect(b - a).toBeGreaterThan(0.25)
    expect(Math.min(a, 1 - b)).toBeGreaterThan(0.05)
  }
})
