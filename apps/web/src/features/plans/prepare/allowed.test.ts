import { DAY_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import { allowedRange, allowsAsset, assetLock, rangeLock, reachMs, reachWords, withinReach } from './allowed.ts'

const free = { name: 'Free', ranges: ['12h', '1d', '7d'], baseAssets: ['BTC'] }
const pro = { name: 'Pro', ranges: ['12h', '1d', '3d', '7d', '30d', '90d', '1y'], baseAssets: null }
const plans = [free, pro]

it('names the first plan that has what is locked', () => {
  expect(rangeLock(free, plans, '7d')).toBeNull()
  expect(rangeLock(free, plans, '30d')).toBe('30d is part of Pro. Ask your administrator.')
  expect(rangeLock(free, [free], '30d')).toBe('30d is part of no plan here. Ask your administrator.')
  expect(assetLock(free, plans, 'ETH')).toBe('ETH is part of Pro. Ask your administrator.')
  expect(assetLock(free, plans, 'btc')).toBeNull()
  expect(allowsAsset(pro, 'anything')).toBe(true)
  expect(allowsAsset({ ranges: [], baseAssets: [] }, 'BTC')).toBe(false)
})

it('shows the next narrower range in place of one that is locked', () => {
  expect(allowedRange(free, '7d')).toBe('7d')
  expect(allowedRange(free, '1y')).toBe('7d')
  expect(allowedRange(free, '3d')).toBe('1d')
  expect(allowedRange({ ranges: ['30d'], baseAssets: null }, '1d')).toBe('30d')
  expect(allowedRange({ ranges: [], baseAssets: null }, '1d')).toBeNull()
})

describe('how far back', () => {
  it('follows from the widest range; with all of them as far as there is something', () => {
    expect(reachMs(free)).toBe(7 * DAY_MS)
    expect(reachMs(pro)).toBeNull()
    expect(reachWords(free, plans)).toBe('Your plan (Free) goes back 7d. Further back is part of Pro. Ask your administrator.')
    expect(reachWords(free, [free])).toMatch(/No plan here goes further/)
  })

  it('cuts a stretch, and leaves what lies within', () => {
    const end = 100 * DAY_MS
    expect(withinReach(free, { window: { from: 90 * DAY_MS, to: end } }, end)).toEqual({ window: { from: 93 * DAY_MS, to: end } })
    expect(withinReach(free, { window: { from: 0, to: DAY_MS } }, end)).toEqual({ window: { from: 93 * DAY_MS, to: 93 * DAY_MS + 1 } })
    const within = { window: { from: 95 * DAY_MS, to: end } }
    expect(withinReach(free, within, end)).toEqual(within)
    expect(withinReach(free, { window: null }, end)).toEqual({ window: null })
    expect(withinReach(pro, { window: { from: 0, to: DAY_MS } }, end)).toEqual({ window: { from: 0, to: DAY_MS } })
  })
})
