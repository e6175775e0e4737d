import { describe, expect, it } from 'vitest'
import { placeNote } from './place.ts'

const note = { width: 280, height: 140 }
const window = { width: 1000, height: 700 }

describe('placeNote', () => {
  it('stands below what it points at, its arrow under the middle', () => {
    const place = placeNote({ left: 400, top: 50, width: 100, height: 30 }, note, window)
    expect(place).toEqual({ left: 310, top: 90, side: 'below', arrow: 140 })
  })
  it('stands above where there is no room below', () => {
    const place = placeNote({ left: 400, top: 600, width: 100, height: 80 }, note, window)
    expect(place).toMatchObject({ side: 'above', top: 450 })
  })
  it('stands in the lower left corner of what fills the window', () => {
    const place = placeNote({ left: 0, top: 100, width: 1000, height: 590 }, note, window)
    expect(place).toMatchObject({ side: 'inside', left: 40, top: 510 })
  })
  it.each([
    [{ left: -50, top: 10, width: 20, height: 20 }],
    [{ left: 990, top: 690, width: 60, height: 60 }],
    [{ left: 300, top: 5000, width: 60, height: 60 }],
    [{ left: 300, top: -5000, width: 60, height: 60 }],
  ])('never leaves the window, nor the arrow the note: %j', (target) => {
    const narrow = { width: 360, height: 640 }
    const { left, top, arrow } = placeNote(target, note, narrow)
    expect(left).toBeGreaterThanOrEqual(8)
    expect(left + note.width).toBeLessThanOrEqual(352)
    expect(top).toBeGreaterThanOrEqual(8)
    expect(top + note.height).toBeLessThanOrEqual(632)
    expect(arrow).toBeGreaterThanOrEqual(16)
    expect(arrow).toBeLessThanOrEqual(note.width - 16)
  })
})
