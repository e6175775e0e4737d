import type { Drawing } from '@faultline/ui/chart/drawings'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { SelectedDrawing } from './drawing-list.tsx'
import { DrawingTools } from './drawing-tools.tsx'

const HOSTILE = '"><img src=x onerror=alert(1)>'
const box: Drawing = {
  id: 'a',
  kind: 'box',
  points: [
    { time: 0, price: 1 },
    { time: 1, price: 2 },
  ],
  colour: 'warn',
  text: HOSTILE,
}

it('names what is selected, and shows its colour as pressed', () => {
  const html = renderToStaticMarkup(createElement(SelectedDrawing, { drawing: box }))
  expect(html).not.toContain('<img')
  expect(html).toContain('aria-label="Selected: Box “&quot;&gt;&lt;img')
  expect([...html.matchAll(/aria-label="(\w+)"[^>]*aria-pressed="true"/g)].map(([, name]) => name)).toEqual(['Yellow'])
})

it('begins as one button', () => {
  const html = renderToStaticMarkup(createElement(DrawingTools, { zone: 'utc', now: () => 0 }))
  expect([...html.matchAll(/<button/g)]).toHaveLength(1)
  expect(html).toMatch(/role="toolbar" aria-label="Drawing tools"/)
  expect(html).toMatch(/aria-label="Draw"[^>]*aria-expanded="false"/)
})
