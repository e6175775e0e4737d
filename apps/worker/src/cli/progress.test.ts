import { describe, expect, it } from 'vitest'
import { createProgress } from './progress.ts'

function setUp(terminal: boolean, columns = 80) {
  let written = ''
  const clock = { now: 0 }
  const stream = {
    isTTY: terminal,
    columns,
    write: (text: string) => {
      written += text
      return true
    },
  }
  const progress = createProgress(stream, () => clock.now)
  const step = (done: number, ms: number, phase = 'reading', detail?: string) => {
    clock.now += ms
    return progress.update({ phase, done, total: 100, ...(detail ? { detail } : {}) })
  }
  return { progress, step, written: () => written }
}

describe('progress', () => {
  it('estimates the time left from what this phase did', () => {
    const { step } = setUp(false)
    expect(step(20, 1000)).toBeNull()
    expect(step(40, 1000)).toBe(3000)
    expect(step(60, 3000)).toBe(4000)
    expect(step(0, 1000, 'storing')).toBeNull()
    expect(step(50, 500, 'storing')).toBe(500)
  })

  it('is a line every few seconds in a log, without control characters', () => {
    const { step, written } = setUp(false)
    for (let i = 0; i <= 100; i++) step(i, 200)
    const lines = written().trimEnd().split('\n')
    expect(lines).toHaveLength(4)
    expect(lines[0]).toBe('reading: 25 %, 15 s left')
    expect(written()).not.toContain('\u001b')
  })

  it('is one line that rewrites itself on a terminal, no wider than it, and gone at the end', () => {
    const { step, progress, written } = setUp(true, 30)
    step(0, 0)
    step(50, 60_000, 'reading', 'a very long name of a file.csv')
    expect(written().split('\u001b[2K').at(-1)).toBe('reading: 50 %, 1 min 0 s left')
    progress.note('left aside: x')
    expect(written().endsWith('\r\u001b[2Kleft aside: x\n')).toBe(true)
    step(60, 1000)
    progress.finish()
    expect(written().endsWith('\r\u001b[2K')).toBe(true)
    const before = written()
    progress.finish()
    expect(written()).toBe(before)
  })
})
