import { expect, it } from 'vitest'
import { formatBytes } from './size.ts'

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [9_949, '9.9 kB'],
  [9_951, '10 kB'],
  [999_499, '999 kB'],
  [999_501, '1.0 MB'],
  [1_400_000_000, '1.4 GB'],
  [2.5e15, '2,500 TB'],
])('writes %d', (bytes, text) => {
  expect(formatBytes(bytes).replace('\u202f', ' ')).toBe(text)
})
