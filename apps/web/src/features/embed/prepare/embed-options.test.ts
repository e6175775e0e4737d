import { expect, it } from 'vitest'
import { embedOptions, openQuery } from './embed-options.ts'
import { nextAsk } from './next-ask.ts'

const plain = {
  range: null,
  rangeButtons: true,
  palette: 'twin',
  heatScale: 'absolute',
  sides: 'both',
  log: false,
  heat: true,
  theme: null,
}

it('takes from the address what it understands', () => {
  expect(embedOptions({})).toEqual(plain)
  expect(embedOptions({ r: '7d', pal: 'viridis', scale: 'percentile', side: 'long', log: '1', heat: '0', theme: 'light' })).toEqual({
    range: '7d',
    rangeButtons: false,
    palette: 'viridis',
    heatScale: 'percentile',
    sides: 'long',
    log: true,
    heat: false,
    theme: 'light',
  })
  expect(embedOptions({ r: '7d', ranges: '1' }).rangeButtons).toBe(true)
  expect(embedOptions({ r: '2d', pal: ['twin', 'x'], side: 'constructor', log: 'yes', theme: '"><script>' })).toEqual(plain)
})

it('opens the same picture in the product', () => {
  expect(openQuery(embedOptions({}), '3d')).toBe('?r=3d')
  const all = { r: '7d', pal: 'viridis', scale: 'percentile', side: 'long', log: '1', heat: '0', theme: 'light' }
  expect(openQuery(embedOptions(all), '1d')).toBe('?r=1d&pal=viridis&scale=percentile&side=long&log=1&heat=0')
})

it('asks again when the next column should be there, and seldom where it is late', () => {
  const build = { lastBucket: 1_000_000, bucketMs: 300_000 }
  // the bucket after the last one closes at 1.6 million
  expect(nextAsk({ build, serverTime: 1_310_000 })).toBe(298_000)
  expect(nextAsk({ build, serverTime: 1_607_999 })).toBe(1)
  expect(nextAsk({ build, serverTime: 1_608_000 })).toBe(300_000)
  expect(nextAsk({ build: { ...build, bucketMs: 1_000 }, serverTime: 9e12 })).toBe(60_000)
})
