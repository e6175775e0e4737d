import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ClusterLabel } from './heatmap-data.ts'
import { LABELS_APART, placeBreakouts, placeLabels, placeSweeps } from './mark-places.ts'
import type { Sweep } from './sweeps.ts'

const plot = { x: 10, y: 10, width: 800, height: 460 }
/** One pixel per price step and per millisecond. */
const place = { toX: (time: number) => plot.x + time, toY: (price: number) => plot.y + plot.height - price }
const label = (price: number, usd: number): ClusterLabel => ({ side: price < 200 ? 'long' : 'short', price, usd, distance: 0 })
const sweep = (time: number, price: number, usd: number, side: Sweep['side'] = 'short'): Sweep => ({ side, time, price, usd })
const words = (s: Sweep) => `$${s.usd}M swept`

describe('labels of clusters', () => {
  it('takes the largest first, and leaves out what is too near to one that is there', () => {
    const placed = placeLabels([label(100, 5), label(110, 9), label(131, 3), label(300, 1)], place, plot)
    expect(placed.map((p) => p.label.usd)).toEqual([1, 9])
    expect(placeLabels([label(100, 5), label(122, 9)], place, plot)).toHaveLength(2)
  })
  it('never overlaps, is never more than eight, and stays in the plot', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: -100, max: 600 }), fc.integer({ min: 1, max: 1e6 })), { maxLength: 60 }), (list) => {
        const placed = placeLabels(
          list.map(([price, usd]) => label(price, usd)),
          place,
          plot,
        )
        expect(placed.length).toBeLessThanOrEqual(8)
        placed.forEach((p, i) => {
          expect(p.y - 10).toBeGreaterThanOrEqual(plot.y)
          expect(p.y + 10).toBeLessThanOrEqual(plot.y + plot.height)
          expect(p.label.price).toBeGreaterThanOrEqual(0)
          if (i > 0) expect(p.y - (placed[i - 1]?.y ?? 0)).toBeGreaterThanOrEqual(LABELS_APART)
        })
        // The largest in view is always there.
        const largest = Math.max(...list.filter(([price]) => price >= 0 && price <= plot.height).map(([, usd]) => usd))
        if (placed.length > 0) expect(Math.max(...placed.map((p) => p.label.usd))).toBe(largest)
      }),
    )
  })
})

describe('swept marks', () => {
  it('shows the six largest that do not touch, and nothing small beside large ones', () => {
    const apart = Array.from({ length: 10 }, (_, i) => sweep(60 + 75 * i, 200, 100 - i))
    expect(placeSweeps(apart, place, plot, { words }).map((p) => p.sweep.usd)).toEqual([100, 99, 98, 97, 96, 95])
    expect(
      placeSweeps([sweep(100, 200, 50), sweep(105, 202, 90), sweep(400, 200, 20)], place, plot, { words }).map((p) => p.sweep.usd),
    ).toEqual([90])
  })
  it('leaves out what is no dense level, what is out of view, and what labels cover', () => {
    const list = [sweep(100, 200, 50), sweep(300, 200, 40), sweep(900, 200, 60), sweep(200, 700, 60), sweep(700, 200, 50)]
    const kept = [{ x: 690, y: 250, width: 120, height: 30 }]
    expect(placeSweeps(list, place, plot, { words, kept, leastUsd: 45 }).map((p) => p.sweep.time)).toEqual([100])
  })
  it('writes above what was taken on the way up and below on the way down, and inside the plot', () => {
    const one = (s: Sweep) => {
      const placed = placeSweeps([s], place, plot, { words })[0]
      if (!placed) throw new Error('not placed')
      return placed
    }
    const [up, down, top, left] = [sweep(300, 200, 5), sweep(300, 200, 5, 'long'), sweep(300, 450, 5), sweep(8, 200, 5)].map(one) as [
      ReturnType<typeof one>,
      ReturnType<typeof one>,
      ReturnType<typeof one>,
      ReturnType<typeof one>,
    ]
    expect(up.box.y + up.box.height).toBeLessThan(up.y)
    expect(down.box.y).toBeGreaterThan(down.y)
    expect(top.box.y).toBeGreaterThan(top.y)
    expect(left.box.x).toBeGreaterThanOrEqual(plot.x)
  })
})

it('places breakouts where price came from, the largest of those that would cover each other', () => {
  const mark = (time: number, side: 'long' | 'short', usd: number) => ({ time, side, lowPrice: 100, highPrice: 140, usd })
  const placed = placeBreakouts([mark(50, 'short', 1), mark(52, 'short', 2), mark(200, 'long', 1), mark(-5, 'long', 9)], place, plot)
  expect(placed.map(({ mark: m, x, y }) => [m.usd, x, y])).toEqual([
    [2, 62, plot.y + plot.height - 100],
    [1, 210, plot.y + plot.height - 140],
  ])
})
