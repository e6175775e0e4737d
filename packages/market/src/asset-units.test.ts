import { describe, expect, it } from 'vitest'
import { assetUnits } from './asset-units.ts'

describe('units of a base asset', () => {
  it.each([
    ['1000PEPE', 'PEPE', 1_000],
    ['kPEPE', 'PEPE', 1_000],
    ['10000SATS', 'SATS', 10_000],
    ['1000000MOG', 'MOG', 1_000_000],
    ['1MBABYDOGE', 'BABYDOGE', 1_000_000],
  ])('%s is %s, %d at a time', (baseAsset, asset, units) => {
    expect(assetUnits(baseAsset)).toEqual({ asset, units })
  })

  it.each(['BTC', 'PEPE', '1INCH', 'KAVA', 'KAS', 'kek', '4', '100X', '1000', ''])('%s is a coin of that name', (baseAsset) => {
    expect(assetUnits(baseAsset)).toEqual({ asset: baseAsset, units: 1 })
  })
})
