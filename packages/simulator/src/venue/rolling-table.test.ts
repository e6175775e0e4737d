import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RollingTable } from './rolling-table.ts'

it('holds what was pushed and not dropped, finds rows by their first column, and comes back from its state', () => {
  const steps = fc.array(
    fc.oneof(fc.record({ push: fc.integer({ min: 0, max: 3 }) }), fc.record({ drop: fc.integer({ min: 0, max: 8 }) })),
    {
      maxLength: 60,
    },
  )
  fc.assert(
    fc.property(steps, fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 90 }), (moves, from, to) => {
      let table = new RollingTable(['time', 'value'], 2)
      let rows: [number, number][] = []
      let time = 0
      for (const move of moves) {
        if ('push' in move) {
          time += move.push
          table.push(time, time * 2)
          rows.push([time, time * 2])
        } else {
          table.dropBefore(time - move.drop)
          rows = rows.filter(([t]) => t >= time - move.drop)
          const again = new RollingTable(['time', 'value'], 1)
          again.restore(table.state())
          table = again
        }
      }
      expect(table.length).toBe(rows.length)
      const found = table.between(from, to)
      const wanted = rows.filter(([t]) => t >= from && t < to)
      expect([...found.time]).toEqual(wanted.map(([t]) => t))
      expect([...found.value]).toEqual(wanted.map(([, v]) => v))
      expect(table.lowerBound(from)).toBe(rows.filter(([t]) => t < from).length)
    }),
  )
})
