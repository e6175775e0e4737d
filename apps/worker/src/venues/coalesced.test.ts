import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/manual-clock.ts'
import { Coalesced } from './coalesced.ts'

describe('one request for many', () => {
  it('is shared while it is under way and a moment after', async () => {
    const clock = new ManualClock(0)
    let asked = 0
    let answer: (value: string) => void = () => undefined
    const ask = () => {
      asked++
      return new Promise<string>((resolve) => {
        answer = resolve
      })
    }
    const shared = new Coalesced(ask, 100, clock)
    const first = [shared.get(), shared.get()]
    await clock.advance(5_000)
    first.push(shared.get())
    answer('one')
    expect([await Promise.all(first), asked]).toEqual([['one', 'one', 'one'], 1])
    await clock.advance(99)
    expect([await shared.get(), asked]).toEqual(['one', 1])
    await clock.advance(1)
    const second = shared.get()
    answer('two')
    expect([await second, asked]).toEqual(['two', 2])
  })

  it('that fails, fails for all of them, and is not kept', async () => {
    let asked = 0
    const shared = new Coalesced(
      async () => {
        if (++asked === 1) throw new Error('away')
        return asked
      },
      1_000,
      new ManualClock(0),
    )
    const both = [shared.get(), shared.get()]
    await expect(both[0]).rejects.toThrow('away')
    await expect(both[1]).rejects.toThrow('away')
    expect(await shared.get()).toBe(2)
  })
})
