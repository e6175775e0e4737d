import { expect, it } from 'vitest'
import { parseTilePath } from './tile-path.ts'

it.each([
  ['/tiles/7/5m/22500', { buildId: 7, resolutionMs: 300_000, index: 22_500 }],
  ['/tiles/2147483647/4h/0', { buildId: 2_147_483_647, resolutionMs: 14_400_000, index: 0 }],
  ['/tiles/1/1d/77', { buildId: 1, resolutionMs: 86_400_000, index: 77 }],
])('reads %s', (path, name) => {
  expect(parseTilePath(path)).toEqual(name)
})

it.each([
  '/tiles/',
  '/tiles/7/5m',
  '/tiles/7/5m/1/2',
  '/tiles/07/5m/1',
  '/tiles/0/5m/1',
  '/tiles/2147483648/5m/1',
  '/tiles/-1/5m/1',
  '/tiles/7/300000/1',
  '/tiles/7/60m/1', // is 1h
  '/tiles/7/24h/1', // is 1d
  '/tiles/7/5M/1',
  '/tiles/7/5m/-1',
  '/tiles/7/5m/01',
  '/tiles/7/5m/1.5',
  '/tiles/7/5m/1e3',
  '/tiles/7/5m/9999999999',
  '/tiles/7/5m/1%20',
  '/tiles/../etc/passwd',
])('refuses %s', (path) => {
  expect(parseTilePath(path)).toBeNull()
})
