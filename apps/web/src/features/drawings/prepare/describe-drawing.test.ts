import { expect, it } from 'vitest'
import { nameOfDrawing, placeOfDrawing } from './describe-drawing.ts'

const at = Date.UTC(2026, 2, 5, 10, 40)
it('names a drawing by its kind and the beginning of its words', () => {
  expect(nameOfDrawing({ kind: 'horizontal', text: '' })).toBe('Horizontal line')
  expect(nameOfDrawing({ kind: 'box', text: ' support\n zone ' })).toBe('Box “support zone”')
  expect(nameOfDrawing({ kind: 'text', text: '😀'.repeat(50) })).toBe(`Text “${'😀'.repeat(40)}…”`)
})

it('says prices and times from the earlier point to the later one', () => {
  const points = [
    { time: at + 3_600_000, price: 2_000 },
    { time: at, price: 2_100 },
  ]
  const line = { id: 'x', kind: 'line', points, colour: 'accent', text: '' } as const
  expect(placeOfDrawing(line, 'utc')).toEqual({ prices: '2,100.0 to 2,000.0', times: expect.stringMatching(/10:40.* to .*11:40/) })
  expect(placeOfDrawing({ ...line, kind: 'horizontal', points: points.slice(0, 1) }, 'utc')).toEqual({ prices: '2,000.0', times: null })
})
