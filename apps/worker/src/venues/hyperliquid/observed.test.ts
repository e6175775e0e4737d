import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clearinghouseState, position } from './__fixtures__/observed.ts'
import { T } from './__fixtures__/time.ts'
import { readClearinghouseState } from './observed.ts'

const only = (change: Record<string, unknown>) => readClearinghouseState(clearinghouseState([position(change)]))

describe('positions of an address', () => {
  it('have the side of the sign, sizes in coins and USD, and the price at which they end', () => {
    expect(readClearinghouseState(clearinghouseState([position()]))).toEqual({
      time: T,
      positions: [
        {
          symbol: 'ETH',
          side: 'short',
          sizeBase: 12.5,
          entryPrice: 2050.4,
          leverage: 20,
          marginMode: 'cross',
          liquidationPrice: 2301.7512,
          positionUsd: 25_125,
          marginUsed: 1256.25,
          time: T,
        },
      ],
      unread: null,
    })
    expect(only({ szi: '0.5', leverage: { type: 'isolated', value: '3', rawUsd: '-400.1' } }).positions).toMatchObject([
      { side: 'long', sizeBase: 0.5, leverage: 3, marginMode: 'isolated' },
    ])
  })

  it('that nothing can liquidate have no such price', () => {
    for (const liquidationPx of [null, undefined, '-12.3', '0.0'])
      expect(only({ liquidationPx }).positions).toMatchObject([{ liquidationPrice: null }])
  })

  it('that are closed are none', () => {
    expect(only({ szi: '0.0', entryPx: null })).toEqual({ time: T, positions: [], unread: null })
    expect(readClearinghouseState(clearinghouseState([], { time: String(T) }))).toEqual({ time: T, positions: [], unread: null })
  })

  it.each([
    ['coin', { coin: 7 }, 'coin is no symbol'],
    ['size', { szi: 'all' }, 'szi is no size'],
    ['entry', { entryPx: null }, 'entryPx is no price'],
    ['leverage', { leverage: 20 }, 'leverage is no object'],
    ['multiple', { leverage: { type: 'cross', value: 0 } }, 'leverage.value is no leverage'],
    ['mode', { leverage: { type: 'both', value: 20 } }, 'leverage.type is neither isolated nor cross'],
    ['liquidation price', { liquidationPx: 'soon' }, 'liquidationPx is no price'],
    ['value', { positionValue: '0' }, 'positionValue is no size above zero'],
    ['margin', { marginUsed: '-1' }, 'marginUsed is no size'],
  ])('with a bad %s are left out and counted, the others are kept', (_, change, reason) => {
    const state = readClearinghouseState(clearinghouseState([position(change), position()]))
    expect(state.positions).toHaveLength(1)
    expect(state.unread).toEqual({ count: 1, reason: `clearinghouseState: ${reason}` })
  })

  it('of an answer that is none are an error', () => {
    expect(() => readClearinghouseState(null)).toThrow('without a list of positions')
    expect(() => readClearinghouseState({ assetPositions: [] })).toThrow('no time')
    expect(() => readClearinghouseState({ assetPositions: [], time: 1 })).toThrow('no time')
  })

  it('are finite and above zero, whatever a field was changed to', () => {
    const fields = Object.keys((position() as { position: object }).position)
    const change = fc.dictionary(fc.constantFrom(...fields), fc.oneof(fc.jsonValue(), fc.constantFrom('1e999', 'NaN', '-0', 1e300)))
    fc.assert(
      fc.property(change, (changed) => {
        for (const p of only(changed).positions) {
          expect(p.sizeBase > 0 && p.positionUsd > 0 && p.entryPrice > 0 && p.leverage > 0).toBe(true)
          expect(Number.isFinite(p.sizeBase + p.positionUsd + p.entryPrice + p.leverage + p.marginUsed + (p.liquidationPrice ?? 0))).toBe(
            true,
          )
        }
      }),
      { numRuns: 300 },
    )
  })
})
