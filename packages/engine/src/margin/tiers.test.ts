import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FaultlineError } from '@faultline/market/errors'
import { marginTier } from '@faultline/market/instrument'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BINANCE_BRACKETS, GENERIC_BRACKETS } from './binance-brackets.ts'
import { assertTiers, marginTableFromBrackets, maxLeverage, tiersFor, tiersFromBinanceBrackets } from './tiers.ts'

const bracket = (
  bracket: number,
  notionalFloor: number,
  notionalCap: number | null,
  maintMarginRatio: number,
  initialLeverage: number,
) => ({
  bracket,
  notionalFloor,
  notionalCap,
  maintMarginRatio,
  initialLeverage,
})
const THREE = [bracket(1, 0, 50_000, 0.004, 125), bracket(2, 50_000, 600_000, 0.005, 100), bracket(3, 600_000, 3_000_000, 0.0065, 75)]

describe('tiersFor', () => {
  it('gives what Binance published for ETHUSDT on 2024-10-24', () => {
    const tiers = tiersFor('ETHUSDT')
    expect(tiers[0]).toEqual({ floorUsd: 0, capUsd: 50_000, maintMarginRatio: 0.004, maxLeverage: 125 })
    expect(tiers[2]).toEqual({ floorUsd: 600_000, capUsd: 3_000_000, maintMarginRatio: 0.0065, maxLeverage: 75 })
    expect(tiers[11]).toEqual({ floorUsd: 800_000_000, capUsd: 1_200_000_000, maintMarginRatio: 0.5, maxLeverage: 1 })
    expect(maxLeverage(tiers)).toBe(125)
  })

  it('holds a sound table for every symbol that it names, and a generic one for the others', () => {
    for (const symbol of [...Object.keys(BINANCE_BRACKETS), 'NEWUSDT', 'constructor']) {
      const tiers = tiersFor(symbol)
      expect(() => assertTiers(tiers), symbol).not.toThrow()
      for (const tier of tiers) expect(marginTier.safeParse(tier).success, symbol).toBe(true)
    }
    expect(Object.keys(BINANCE_BRACKETS).length).toBeGreaterThanOrEqual(16)
    expect(tiersFor('NEWUSDT')).toBe(tiersFor('constructor'))
    expect(tiersFor('NEWUSDT').map((t) => t.maxLeverage)).toEqual([75, 50, 25, 20, 10, 5, 4, 2, 1])
    expect(GENERIC_BRACKETS).not.toBe('')
  })

  const folder = join(process.env.FAULTLINE_DATA_DIR ?? '', 'margin/binance-usdm')
  it.skipIf(!process.env.FAULTLINE_DATA_DIR || !existsSync(folder))('agrees with the recorded brackets, figure by figure', () => {
    const files = readdirSync(folder)
    for (const symbol of Object.keys(BINANCE_BRACKETS)) {
      expect(files).toContain(`${symbol}.json`)
      expect(tiersFor(symbol), symbol).toEqual(tiersFromBinanceBrackets(JSON.parse(readFileSync(join(folder, `${symbol}.json`), 'utf8'))))
    }
  })
})

describe('tiersFromBinanceBrackets', () => {
  it('reads a bare list, in any order, and the form that the venue serves', () => {
    const tiers = tiersFromBinanceBrackets(THREE)
    expect(tiers[1]).toEqual({ floorUsd: 50_000, capUsd: 600_000, maintMarginRatio: 0.005, maxLeverage: 100 })
    expect(tiersFromBinanceBrackets([THREE[2], THREE[0], THREE[1]])).toEqual(tiers)
    expect(tiersFromBinanceBrackets([{ symbol: 'ETHUSDT', brackets: THREE }])).toEqual(tiers)
    const two = [
      { symbol: 'ETHUSDT', brackets: THREE },
      { symbol: 'BTCUSDT', brackets: THREE.slice(0, 1) },
    ]
    expect(tiersFromBinanceBrackets(two, 'BTCUSDT')).toHaveLength(1)
    expect(() => tiersFromBinanceBrackets(two)).toThrow(/several symbols/)
    expect(() => tiersFromBinanceBrackets(two, 'SOLUSDT')).toThrow(/no brackets of SOLUSDT/)
  })

  it('reads a table of one bracket without numbers, and a highest bracket without a cap', () => {
    const { bracket: _, ...plain } = bracket(1, 0, null, 0.0125, 40)
    expect(tiersFromBinanceBrackets([plain])).toEqual([{ floorUsd: 0, capUsd: null, maintMarginRatio: 0.0125, maxLeverage: 40 }])
  })

  it('reads brackets that share a leverage, as venues beside Binance have them', () => {
    const shared = [bracket(1, 0, 50_000, 0.004, 125), bracket(2, 50_000, 90_000, 0.005, 125), bracket(3, 90_000, null, 0.02, 25)]
    expect(tiersFromBinanceBrackets(shared).map((tier) => tier.maxLeverage)).toEqual([125, 125, 25])
  })

  const wrong: [string, unknown, string, RegExp][] = [
    ['no array', { brackets: THREE }, 'brackets', /not a JSON array/],
    ['empty', [], 'brackets', /no bracket/],
    ['empty in the wrapped form', [{ symbol: 'X', brackets: [] }], 'brackets[0].brackets', /no bracket/],
    ['brackets that are none', [{ symbol: 'X', brackets: 7 }], 'brackets[0].brackets', /not an array/],
    ['both forms', [THREE[0], { symbol: 'X', brackets: THREE }], 'brackets', /mixes/],
    ['a bracket that is none', [THREE[0], 'bracket'], 'brackets[1]', /not a bracket/],
    ['a missing field', [{ ...THREE[0], notionalCap: undefined }], 'brackets[0].notionalCap', /missing/],
    ['a number in quotes', [{ ...THREE[0], initialLeverage: '125' }], 'brackets[0].initialLeverage', /not a number but "125"/],
    ['not a number', [{ ...THREE[0], notionalCap: Number.NaN }], 'brackets[0].notionalCap', /NaN/],
    ['a negative floor', [{ ...THREE[0], notionalFloor: -1 }], 'brackets[0].notionalFloor', /below 0/],
    ['per cent instead of a ratio', [{ ...THREE[0], maintMarginRatio: 4 }], 'brackets[0].maintMarginRatio', /0\.005/],
    ['leverage below one', [{ ...THREE[0], initialLeverage: 0.5 }], 'brackets[0].initialLeverage', /below 1/],
    ['a first floor above zero', THREE.slice(1), 'brackets[0].notionalFloor', /begin at 0/],
    ['a hole', [THREE[0], THREE[2]], 'brackets[1].notionalFloor', /hole.*50000/],
    ['an overlap', [THREE[0], { ...THREE[1], notionalFloor: 40_000 }], 'brackets[1].notionalFloor', /overlaps/],
    ['a bracket twice', [THREE[0], THREE[1], THREE[1]], 'brackets[2].notionalFloor', /overlaps/],
    ['no cap in the middle', [{ ...THREE[0], notionalCap: null }, THREE[1]], 'brackets[0].notionalCap', /highest/],
    ['a cap below the floor', [{ ...THREE[0], notionalCap: 0 }], 'brackets[0].notionalCap', /not above/],
    ['leverage that rises', [THREE[0], { ...THREE[1], initialLeverage: 126 }], 'brackets[1].initialLeverage', /must not rise/],
    ['a ratio that falls', [THREE[0], { ...THREE[1], maintMarginRatio: 0.003 }], 'brackets[1].maintMarginRatio', /must not fall/],
    [
      'numbers against the notional',
      [
        { ...THREE[0], bracket: 2 },
        { ...THREE[1], bracket: 1 },
      ],
      'brackets[1].bracket',
      /number the brackets/,
    ],
    ['a ratio that liquidates at once', [{ ...THREE[0], maintMarginRatio: 0.008 }], 'brackets[0].maintMarginRatio', /as it opens/],
  ]
  it.each(wrong)('refuses %s', (_, json, field, message) => {
    let error: unknown
    try {
      tiersFromBinanceBrackets(json)
    } catch (e) {
      error = e
    }
    expect(error).toBeInstanceOf(FaultlineError)
    expect((error as FaultlineError).code).toBe('bad_input')
    expect((error as FaultlineError).place?.field).toBe(field)
    expect((error as FaultlineError).message).toMatch(message)
  })

  it('takes any JSON without another kind of error', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        let tiers: ReturnType<typeof tiersFromBinanceBrackets> | null = null
        try {
          tiers = tiersFromBinanceBrackets(json)
        } catch (error) {
          expect(error).toBeInstanceOf(FaultlineError)
        }
        if (tiers) assertTiers(tiers)
      }),
    )
  })
})

describe('marginTableFromBrackets', () => {
  const withCum = (...cums: unknown[]) => THREE.map((bracket, i) => ({ ...bracket, cum: cums[i] }))

  it('computes the deductions where the file has none, and takes those that it has', () => {
    const amounts = (json: unknown) => marginTableFromBrackets(json).amounts.map((amount) => Math.round(amount * 1e6) / 1e6)
    expect(amounts(THREE)).toEqual([0, 50, 950])
    expect(amounts(withCum(0, 50, 950))).toEqual([0, 50, 950])
    expect(amounts(withCum(0, 50, 950).reverse())).toEqual([0, 50, 950])
    expect(amounts(withCum(0, 0, 0))).toEqual([0, 0, 0])
    expect(amounts(withCum(0, 50, 950.4))).toEqual([0, 50, 950.4])
    expect(marginTableFromBrackets(THREE).tiers).toEqual(tiersFromBinanceBrackets(THREE))
  })

  it('takes one object in place of the array, and one symbol of several', () => {
    const wrapped = { symbol: 'ETHUSDT', brackets: withCum(0, 50, 950) }
    const table = marginTableFromBrackets(THREE)
    expect(marginTableFromBrackets(wrapped).tiers).toEqual(table.tiers)
    expect(marginTableFromBrackets([wrapped, { symbol: 'X', brackets: [THREE[0]] }], 'ETHUSDT').amounts).toEqual([0, 50, 950])
    expect(marginTableFromBrackets(THREE[0]).tiers).toHaveLength(1)
  })

  it.each<[string, unknown, string, RegExp]>([
    ['a deduction in some brackets only', withCum(0, undefined, 950), 'brackets[1].cum', /missing/],
    ['a deduction in quotes', withCum(0, '50', 950), 'brackets[1].cum', /"50"/],
    ['a deduction below zero', withCum(0, -50, 950), 'brackets[1].cum', /below 0/],
    ['a deduction in the lowest bracket', withCum(50, 100, 1000), 'brackets[0].cum', /at most 0/],
    ['a deduction that lets the margin fall', withCum(0, 50, 1300), 'brackets[2].cum', /fall.*at most 950/],
    ['what is no table', 7, 'brackets', /not a JSON array/],
  ])('refuses %s', (_, json, field, message) => {
    let error: unknown
    try {
      marginTableFromBrackets(json)
    } catch (e) {
      error = e
    }
    expect((error as FaultlineError).place?.field).toBe(field)
    expect((error as FaultlineError).message).toMatch(message)
  })

  it('takes any JSON without another kind of error', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.oneof(fc.nat(2000), fc.constant(undefined), fc.string()), { minLength: 3 }), (json, cums) => {
        for (const input of [json, withCum(...cums)])
          try {
            const { tiers, amounts } = marginTableFromBrackets(input)
            expect(amounts).toHaveLength(tiers.length)
          } catch (error) {
            expect(error).toBeInstanceOf(FaultlineError)
          }
      }),
    )
  })
})
