import { MOST_OBSERVED_ADDRESSES, readAddresses } from '@faultline/market/observed-addresses'
import { describe, expect, it } from 'vitest'
import type { ObservedFacts, ObservedPositionItem } from '../server/schema.ts'
import { countOf, largestListText } from './address-count.ts'
import { listed, shareText, together } from './near.ts'

const facts = (more: Partial<ObservedFacts>): ObservedFacts => ({
  instrumentId: 1,
  time: 0,
  accounts: 10,
  longUsd: 60,
  shortUsd: 40,
  share: 0.1,
  oldestAt: 500,
  newestAt: 900,
  ...more,
})

describe('what is observed', () => {
  it('of several instruments is weighed by their open interest, and as old as the oldest of it', () => {
    expect(together([facts({}), facts({ longUsd: 300, shortUsd: 0, share: 0.5, oldestAt: 400 })])).toEqual({
      share: 400 / 1600,
      usd: 400,
      accounts: 10,
      oldestAt: 400,
    })
    expect(together([])).toBeNull()
  })

  it('has no share where one is not known', () => {
    expect(together([facts({}), facts({ share: null, oldestAt: null })])).toMatchObject({ share: null, usd: 200, oldestAt: 500 })
  })

  it('is listed with the way to the liquidation', () => {
    const position = { liquidationPrice: 95 } as ObservedPositionItem
    expect(listed([position, position], 100, 1)).toEqual([{ liquidationPrice: 95, distance: -0.050000000000000044 }])
    expect(listed([position], null)[0]?.distance).toBeNull()
  })

  it('is a share in words', () => {
    expect([0, 0.0004, 0.004, 0.0123, 0.12345, 1].map(shareText)).toEqual([
      '0\u202f%',
      'under 0.1\u202f%',
      '0.4\u202f%',
      '1.2\u202f%',
      '12\u202f%',
      '100\u202f%',
    ])
  })
})

describe('a list of addresses', () => {
  const addressOf = (n: number) => `0x${n.toString(16).padStart(40, '0')}`

  it('is counted before it is sent: valid, invalid and double ones, and where', () => {
    const count = countOf(readAddresses(`${addressOf(1)}\nnobody\n${addressOf(2)}\n${addressOf(1)}`))
    expect(count).toEqual({ addresses: [addressOf(1), addressOf(2)], valid: 2, invalid: 1, duplicates: 1, at: [2], left: 0 })
  })

  it('is cut at what may be observed, and says so', () => {
    const many = Array.from({ length: MOST_OBSERVED_ADDRESSES + 7 }, (_, i) => addressOf(i)).join('\n')
    const count = countOf(readAddresses(many))
    expect(count).toMatchObject({ valid: MOST_OBSERVED_ADDRESSES + 7, left: 7 })
    expect(count.addresses).toHaveLength(MOST_OBSERVED_ADDRESSES)
    expect(largestListText(count)).toContain('7 are left out')
  })
})
