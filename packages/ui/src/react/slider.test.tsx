import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { IntervalDot } from './interval-dot.tsx'
import { Slider } from './slider.tsx'

const slider = (more: { value?: number; bare?: boolean }) =>
  renderToStaticMarkup(<Slider label="Depth" valueText="1.5×" min={1} max={3} step={0.5} value={1.5} onChange={() => {}} {...more} />)

it('a slider is the browser’s own, named by its label, with its value in words', () => {
  const html = slider({})
  const id = /<input id="([^"]+)"/.exec(html)?.[1]
  expect(html).toContain(`<label for="${id}">Depth</label>`)
  expect(html).toMatch(/type="range" min="1" max="3" step="0.5" aria-valuetext="1.5×"/)
  expect(html).toContain('--fl-part:0.25')
  // what lies outside is drawn at the end
  expect(slider({ value: 99 })).toContain('--fl-part:1')
})

it('a bare slider keeps its label for those who do not see it', () => expect(slider({ bare: true })).toMatch(/fl-sr-only"><label/))

it('an interval stands on its scale, cut off at the ends', () => {
  const html = renderToStaticMarkup(<IntervalDot min={0} max={1} value={0.25} low={-1} high={0.75} label="25%, 0 to 75%" />)
  expect(html).toContain('role="img" aria-label="25%, 0 to 75%"')
  expect(html).toMatch(/fl-interval-band" style="left:0%;right:calc\(100% - 75%\)"/)
  expect(html).toMatch(/fl-interval-dot" style="left:25%"/)
})
