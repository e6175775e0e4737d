import { describe, expect, it } from 'vitest'
import { BINANCE_LIMITS, Limiter, type Limits, retryAfterSeconds } from './limits.ts'

const MINUTE = 60_000
const START = 1_780_272_000_000

function limiter(limits: Partial<Limits> = {}) {
  let now = START
  const it = new Limiter({ ...BINANCE_LIMITS, weightPerMinute: 10, refusalsBeforeBan: 2, ...limits }, () => now)
  return {
    charge: (weight: number, address = 'a', cap?: 'data' | 'funding') => it.charge(address, { weight, ...(cap ? { cap } : {}) }),
    wait: (ms: number) => {
      now += ms
    },
  }
}

describe('limits', () => {
  it('counts weight per address and minute', () => {
    const { charge, wait } = limiter()
    expect(charge(4)).toEqual({ status: 200, usedWeight: 4 })
    expect(charge(6)).toEqual({ status: 200, usedWeight: 10 })
    wait(20_000)
    expect(charge(1)).toMatchObject({ status: 429, usedWeight: 10, retryAfterMs: 40_000 })
    expect(charge(10, 'b')).toEqual({ status: 200, usedWeight: 10 })
    wait(40_000)
    expect(charge(1)).toEqual({ status: 200, usedWeight: 1 })
  })

  it('caps the statistics and the funding calls in five minutes, apart from the weight', () => {
    const { charge, wait } = limiter({ dataRequestsPer5Minutes: 2, fundingRequestsPer5Minutes: 1 })
    expect(charge(0, 'a', 'data').status).toBe(200)
    expect(charge(0, 'a', 'data').status).toBe(200)
    wait(MINUTE)
    expect(charge(0, 'a', 'data')).toMatchObject({ status: 429, retryAfterMs: 4 * MINUTE })
    expect(charge(0, 'a', 'funding').status).toBe(200)
    expect(charge(1).status).toBe(200)
    wait(4 * MINUTE)
    expect(charge(0, 'a', 'data').status).toBe(200)
  })

  it('bans who goes on after 429s, each time for twice as long, and nobody else', () => {
    const { charge, wait } = limiter({ firstBanMs: 2 * MINUTE, longestBanMs: 7 * MINUTE })
    const lengths: number[] = []
    for (let i = 0; i < 3; i++) {
      charge(10)
      expect(charge(1).status).toBe(429)
      expect(charge(1).status).toBe(429)
      const ban = charge(1)
      if (ban.status !== 418) throw new Error(`418 expected, not ${ban.status}`)
      lengths.push(ban.retryAfterMs / MINUTE)
      expect(charge(1, 'b').status).toBe(200)
      wait(ban.retryAfterMs - 1)
      expect(charge(1)).toMatchObject({ status: 418, retryAfterMs: 1 })
      wait(1)
    }
    expect(lengths).toEqual([2, 4, 7])
    expect(charge(1)).toEqual({ status: 200, usedWeight: 1 })
  })

  it('forgives 429s that were obeyed', () => {
    const { charge, wait } = limiter()
    for (let i = 0; i < 5; i++) {
      charge(10)
      expect(charge(1).status).toBe(429)
      expect(charge(1).status).toBe(429)
      wait(MINUTE)
    }
    expect(charge(1).status).toBe(200)
  })

  it('gives whole seconds that are never too few', () => {
    expect([1, 999, 1_000, 1_001].map(retryAfterSeconds)).toEqual([1, 1, 1, 2])
  })
})
