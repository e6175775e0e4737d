import { describe, expect, it } from 'vitest'
import { stylisedFacts } from '../facts.ts'
import { simulate } from '../simulate.ts'
import { CHARACTERS, characterOf, VENUE_SYMBOLS, venueInstrument } from './characters.ts'

const HOUR = 3_600_000

describe('the six instruments', () => {
  it('behave like markets, each wilder than the one before', () => {
    const volatility: number[] = []
    const outside: string[] = []
    for (const character of CHARACTERS) {
      // A short look with wide bounds: a day is too short for tails. The figures of 30 days stand in docs/simulator.md.
      const market = simulate({ days: 1, seed: 202, warmUpDays: 0.125, intervalMs: 5 * 60_000, character })
      const f = stylisedFacts(market)
      volatility.push(f.dailyVolatility)
      const bounds: [value: number, low: number, high: number][] = [
        [f.dailyVolatility, 0.007, 0.14],
        [f.volumePerOpenInterest, 1.5, 14],
        [f.liquidatedPerOpenInterest, 0.0003, 0.12],
        [f.openInterestUsd / character.openInterestUsd, 0.7, 1.6],
        [f.largestCandle, 0.001, 0.25],
      ]
      for (const [value, low, high] of bounds) if (!(value > low && value < high)) outside.push(`${character.symbol}: ${JSON.stringify(f)}`)
      const hours = [...market.funding.columns.time].map((time) => Math.floor((time - market.settings.start) / HOUR))
      const every = character.fundingIntervalHours
      expect(hours).toEqual(Array.from({ length: 24 / every }, (_, i) => i * every))
    }
    expect(outside).toEqual([])
    expect(volatility).toEqual([...volatility].sort((a, b) => a - b))
    expect((volatility[5] as number) / (volatility[0] as number)).toBeGreaterThan(3)
  }, 60_000)

  it('go from large and calm to small and wild, with ticks and lots that suit their price', () => {
    expect(VENUE_SYMBOLS).toEqual(['SIMOAKUSDT', 'SIMTIDEUSDT', 'SIMRIDGEUSDT', 'SIMEMBERUSDT', 'SIMGALEUSDT', 'SIMSPARKUSDT'])
    const sizes = CHARACTERS.map((c) => c.openInterestUsd)
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a))
    for (const { symbol, price } of CHARACTERS) {
      const { priceDecimals, quantityDecimals, baseAsset, quoteAsset } = venueInstrument(symbol)
      expect(baseAsset + quoteAsset).toBe(symbol)
      expect(10 ** -priceDecimals / price).toBeLessThan(1e-4)
      expect(Number.isInteger(quantityDecimals) && quantityDecimals >= 0).toBe(true)
    }
    expect(venueInstrument('SIMOAKUSDT').character).toBe('large and calm')
  })

  it('have margin tiers without a gap, less leverage for the smaller', () => {
    for (const { brackets } of CHARACTERS) {
      expect(brackets[0]?.notionalFloor).toBe(0)
      brackets.forEach((b, i) => {
        const next = brackets[i + 1]
        expect(b.bracket).toBe(i + 1)
        if (!next) return
        expect(next.notionalFloor).toBe(b.notionalCap)
        expect(next.maintMarginRatio).toBeGreaterThan(b.maintMarginRatio)
        expect(next.initialLeverage).toBeLessThan(b.initialLeverage)
      })
    }
    expect(CHARACTERS.map(({ brackets }) => brackets[0]?.initialLeverage)).toEqual([125, 125, 100, 75, 75, 50])
  })

  it('are the only ones', () => {
    expect(() => characterOf('BTCUSDT')).toThrow('it has SIMOAKUSDT')
  })
})
