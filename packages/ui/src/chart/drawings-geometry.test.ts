import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Drawing, DrawingKind } from './drawings.ts'
import {
  clipSegment,
  distanceToSegment,
  dragDrawing,
  drawingPlace,
  drawnBetween,
  handlesOf,
  hitDrawing,
  pointAt,
  rectOf,
  wrapText,
} from './drawings-geometry.ts'

const PLOT = { x: 10, y: 20, width: 800, height: 400 }
const VIEW = { from: 1_700_000_000_000, to: 1_700_080_000_000, priceLow: 100, priceHigh: 400 }
const PLACES = { linear: drawingPlace(VIEW, PLOT, 'linear'), log: drawingPlace(VIEW, PLOT, 'log') }
const size = () => ({ width: 60, height: 16 })
const drawn = (kind: DrawingKind, from = { x: 110, y: 120 }, to = { x: 310, y: 220 }, place = PLACES.linear): Drawing =>
  drawnBetween(kind, from, to, place, { id: kind, colour: 'accent' })
const hit = (drawings: Drawing[], x: number, y: number, selected: string | null = null) =>
  hitDrawing(drawings, { x, y }, PLACES.linear, { selected, size, slack: 6 })

describe.each(['linear', 'log'] as const)('on %s prices', (scale) => {
  const place = PLACES[scale]
  const pixel = fc.record({ x: fc.integer({ min: 10, max: 810 }), y: fc.integer({ min: 20, max: 420 }) })

  it('stands where it was drawn, at this zoom and, by time and price, at any other', () => {
    fc.assert(
      fc.property(pixel, (at) => {
        const { time, price } = pointAt(at, place)
        expect(place.toX(time)).toBeCloseTo(at.x, 3)
        expect(place.toY(price)).toBeCloseTo(at.y, 6)
        const zoomed = drawingPlace({ ...VIEW, from: VIEW.from + 40_000_000, priceHigh: 250 }, PLOT, scale)
        expect(zoomed.toTime(zoomed.toX(time))).toBeCloseTo(time, 0)
        expect(zoomed.toPrice(zoomed.toY(price))).toBeCloseTo(price, 8)
      }),
    )
  })

  it('is moved by as many pixels as the pointer, whole or by one end', () => {
    fc.assert(
      fc.property(pixel, pixel, pixel, (a, b, to) => {
        const line = drawn('line', a, b, place)
        const [p, q] = dragDrawing(line, 'whole', a, to, place).points.map(({ time, price }) => ({
          x: place.toX(time),
          y: place.toY(price),
        }))
        expect(p?.x).toBeCloseTo(to.x, 2)
        expect(p?.y).toBeCloseTo(to.y, 5)
        expect(q?.x).toBeCloseTo(b.x + to.x - a.x, 2)
        const end = dragDrawing(line, { time: 1, price: 1 }, b, to, place)
        expect(end.points[0]).toEqual(line.points[0])
        expect(place.toY(end.points[1]?.price as number)).toBeCloseTo(to.y, 5)
      }),
    )
  })
})

it('is taken by a line within reach, and not beside it', () => {
  const line = drawn('line')
  expect(hit([line], 210, 170)).toEqual({ id: 'line', grip: 'whole' })
  expect(hit([line], 210, 182)).toBeNull()
  // on the line, beyond its end
  expect(hit([line], 350, 240)).toBeNull()
  expect(hit([drawn('horizontal')], 700, 124)).toEqual({ id: 'horizontal', grip: 'whole' })
  expect(hit([drawn('horizontal')], 700, 130)).toBeNull()
})

it('is taken by a box’s edge, and inside only once it is selected', () => {
  const box = drawn('box')
  expect(hit([box], 110, 170)).toEqual({ id: 'box', grip: 'whole' })
  expect(hit([box], 210, 170)).toBeNull()
  expect(hit([box], 210, 170, 'box')).toEqual({ id: 'box', grip: 'whole' })
  expect(hit([box], 90, 170, 'box')).toBeNull()
})

it('is taken by its words', () => {
  const text = drawn('text')
  expect(rectOf(text, PLACES.linear, size())).toMatchObject({ width: 60, height: 16 })
  expect(hit([text], 160, 130)).toEqual({ id: 'text', grip: 'whole' })
  expect(hit([text], 190, 130)).toBeNull()
})

it('prefers handles of the selected one, then what was drawn last', () => {
  const [below, above] = [drawn('line'), { ...drawn('line'), id: 'above' }]
  expect(hit([below, above], 210, 170)).toEqual({ id: 'above', grip: 'whole' })
  expect(hit([below, above], 110, 120, 'line')).toEqual({ id: 'line', grip: { time: 0, price: 0 } })
  expect(hit([below, above], 110, 120)).toEqual({ id: 'above', grip: 'whole' })
})

it('has a handle at each corner of a box, each of which moves its two sides only', () => {
  const box = drawn('box')
  const corners = handlesOf(box, PLACES.linear)
  expect(corners.map(({ x, y }) => [Math.round(x), Math.round(y)])).toEqual([
    [110, 120],
    [110, 220],
    [310, 120],
    [310, 220],
  ])
  const corner = corners[1] as (typeof corners)[number]
  const moved = dragDrawing(box, corner.grip, corner, { x: corner.x - 50, y: corner.y + 30 }, PLACES.linear)
  const rect = rectOf(moved, PLACES.linear, size())
  expect([rect.x, rect.y, rect.width, rect.height].map(Math.round)).toEqual([60, 120, 250, 130])
  expect(handlesOf(drawn('text'), PLACES.linear)).toEqual([])
  // a horizontal line has no time that could be moved
  const level = drawn('horizontal')
  const up = dragDrawing(level, 'whole', { x: 0, y: 0 }, { x: 300, y: -40 }, PLACES.linear)
  expect(up.points[0]?.time).toBe(level.points[0]?.time)
  expect(PLACES.linear.toY(up.points[0]?.price as number)).toBeCloseTo(80, 6)
})

it('stays within what can be kept', () => {
  const far = pointAt({ x: -1e12, y: 1e12 }, PLACES.linear)
  expect(far.time).toBe(0)
  expect(far.price).toBeGreaterThan(0)
  expect(pointAt({ x: 1e12, y: 0 }, PLACES.linear).time).toBeLessThanOrEqual(8.64e15)
})

it('measures to the nearest of a segment, also where that is a point', () => {
  expect(distanceToSegment({ x: 3, y: 4 }, { x: 0, y: 0 }, { x: 0, y: 0 })).toBe(5)
  expect(distanceToSegment({ x: 5, y: 3 }, { x: 0, y: 0 }, { x: 10, y: 0 })).toBe(3)
  expect(distanceToSegment({ x: 13, y: 4 }, { x: 0, y: 0 }, { x: 10, y: 0 })).toBe(5)
})

it('cuts a line at the plot', () => {
  expect(clipSegment({ x: -790, y: 220 }, { x: 1_610, y: 220 }, PLOT)).toEqual([
    { x: 10, y: 220 },
    { x: 810, y: 220 },
  ])
  expect(clipSegment({ x: 0, y: 0 }, { x: 900, y: 10 }, PLOT)).toBeNull()
  expect(clipSegment({ x: 0, y: 100 }, { x: 0, y: 200 }, PLOT)).toBeNull()
  expect(clipSegment({ x: 100, y: 100 }, { x: 100, y: 100 }, PLOT)).not.toBeNull()
})

it('breaks words into lines, and a long word where it must', () => {
  const widthOf = (text: string) => [...text].length
  expect(wrapText('swept twice, then held', 11, widthOf)).toEqual(['swept', 'twice, then', 'held'])
  expect(wrapText('one\ntwo', 10, widthOf)).toEqual(['one', 'two'])
  expect(wrapText('😀😀😀😀😀', 2, widthOf)).toEqual(['😀😀', '😀😀', '😀'])
  expect(wrapText('', 10, widthOf)).toEqual([''])
})
