import { binCentrePrice } from '@faultline/market/price-grid'
import { describe, expect, it } from 'vitest'
import { columnRows, parseTime } from './export.ts'

describe('columnRows', () => {
  it('has one row per bin that holds anything on either side, at the end of the bucket', () => {
    const long = { firstBin: 4600, usd: Float32Array.of(5, 0, 1.1) }
    const short = { firstBin: 4602, usd: Float32Array.of(7, 0, 2e9) }
    const rows = [...columnRows({ bucketStart: 1_700_000_100_000, bucketMs: 300_000, planes: { long, short } })]
    expect(rows.map((r) => r.split(',').map(Number))).toEqual([
      [1_700_000_400_000, expect.closeTo(binCentrePrice(4600), 6), 5, 0],
      [1_700_000_400_000, expect.closeTo(binCentrePrice(4602), 6), expect.closeTo(1.1, 6), 7],
      [1_700_000_400_000, expect.closeTo(binCentrePrice(4604), 6), 0, 2e9],
    ])
  })

  it('gives nothing for an empty column, and no exponents for small prices', () => {
    const none = { firstBin: 0, usd: new Float32Array(0) }
    expect([...columnRows({ bucketStart: 0, bucketMs: 60_000, planes: { long: none, short: none } })]).toEqual([])
    const small = { firstBin: -11_331, usd: Float32Array.of(3) }
    expect([...columnRows({ bucketStart: 0, bucketMs: 60_000, planes: { long: small, short: none } })][0]).toMatch(
      /^60000,0\.0000120012\d{4,},3,0$/,
    )
  })
})

describe('parseTime', () => {
  it.each([
    ['2026-01-31', Date.UTC(2026, 0, 31)],
    ['2026-01-31T09:30', Date.UTC(2026, 0, 31, 9, 30)],
    ['2026-01-31 09:30:15', Date.UTC(2026, 0, 31, 9, 30, 15)],
    ['2026-01-31T09:30:15.250Z', Date.UTC(2026, 0, 31, 9, 30, 15, 250)],
    ['2026-01-31T09:30+02:00', Date.UTC(2026, 0, 31, 7, 30)],
    ['1769851800000', 1_769_851_800_000],
  ])('%s', (text, time) => {
    expect(parseTime(text)).toBe(time)
  })

  it.each(['', 'yesterday', '2026-02-30', '2026-13-01', '2026-01-31T25:00', '31.01.2026', '1769851800', '2026-02-31T10:00+02:00'])(
    'refuses %s',
    (text) => {
      expect(() => parseTime(text)).toThrow(/give a date/)
    },
  )
})
