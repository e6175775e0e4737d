import { describe, expect, it } from 'vitest'
import { safeCallbackPath } from './safe-callback-path.ts'

describe('safeCallbackPath', () => {
  it.each([
    ['/', '/'],
    ['/heatmap/binance-usdm:BTCUSDT?range=3d#x', '/heatmap/binance-usdm:BTCUSDT?range=3d#x'],
    ['/a/../b', '/b'],
    ['/?next=https://evil.example', '/?next=https://evil.example'],
  ])('keeps the path %s', (given, kept) => {
    expect(safeCallbackPath(given)).toBe(kept)
  })

  it.each([
    'https://evil.example',
    'http:evil.example',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/..//evil.example',
    '/.//evil.example',
    '/%5cevil/..//evil.example',
    'javascript:alert(1)',
    'evil.example',
    '',
    '/sign-in',
    '/sign-in?callbackUrl=/x',
    '/api/auth/signout',
    `/${'x'.repeat(3_000)}`,
    null,
    undefined,
    42,
    ['/x'],
  ])('turns %s into /', (given) => {
    expect(safeCallbackPath(given)).toBe('/')
  })
})
