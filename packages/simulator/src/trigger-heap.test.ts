import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TriggerHeap } from './trigger-heap.ts'

describe('trigger heap', () => {
  it('gives what the price reaches, nearest first, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1000 }), { maxLength: 3000 }),
        fc.integer({ min: 1, max: 1000 }),
        (prices, reached) => {
          const below = new TriggerHeap('below', () => true)
          const above = new TriggerHeap('above', () => true)
          prices.forEach((p, i) => {
            below.push(p, i, 0, 0)
            above.push(p, i, 0, 0)
          })
          const drain = (heap: TriggerHeap): number[] => {
            const out: number[] = []
            for (let t = heap.takeReached(reached); t; t = heap.takeReached(reached)) out.push(t.price)
            return out
          }
          expect(drain(below)).toEqual(prices.filter((p) => p >= reached).sort((a, b) => b - a))
          expect(drain(above)).toEqual(prices.filter((p) => p <= reached).sort((a, b) => a - b))
        },
      ),
      { numRuns: 40 },
    )
  })

  it('skips what is stale and sweeps it out as it grows', () => {
    const heap = new TriggerHeap('above', (position) => position % 100 === 0)
    for (let i = 0; i < 200_000; i++) heap.push(200_000 - i, i, 0, 1)
    expect(heap.length).toBeLessThan(70_000)
    const taken: number[] = []
    for (let t = heap.takeReached(Number.POSITIVE_INFINITY); t; t = heap.takeReached(Number.POSITIVE_INFINITY)) taken.push(t.position)
    expect(taken).toEqual(Array.from({ length: 2000 }, (_, i) => 199_900 - 100 * i))
  })
})
