import { TOTP } from 'otpauth'
import { describe, expect, it } from 'vitest'
import { checkCode, keyUri, kindOfCode, newRecoveryCodes, newSecret, recoveryHash, STEP_SECONDS } from './totp.ts'

const NOW = 1_800_000_015_000
const secret = newSecret()
const codeAt = (ms: number) => new TOTP({ secret }).generate({ timestamp: ms })
const steps = (n: number) => n * STEP_SECONDS * 1_000

describe('a code', () => {
  // RFC 6238, appendix B, the last six digits of SHA-1
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [20_000_000_000, '353130'],
  ])('at %i s is that of the standard', (seconds, code) => {
    const standard = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
    expect(checkCode(standard, code, seconds * 1_000)).toEqual({ is: 'right', step: Math.floor(seconds / STEP_SECONDS) })
  })

  it.each([-1, 0, 1])('of %i steps from now is right, and names its step', (n) => {
    expect(checkCode(secret, codeAt(NOW + steps(n)), NOW)).toEqual({ is: 'right', step: Math.floor(NOW / 1_000 / STEP_SECONDS) + n })
  })

  it.each([
    [2, 1],
    [-2, -1],
    [10, 5],
    [-60, -30],
    [120, 60],
  ])('of %i steps from now tells that the clock is %i minutes off', (n, minutes) => {
    expect(checkCode(secret, codeAt(NOW + steps(n)), NOW)).toEqual({ is: 'off', minutes })
  })

  it('of another day, or of another secret, is wrong', () => {
    expect(checkCode(secret, codeAt(NOW + steps(2_880)), NOW)).toEqual({ is: 'wrong' })
    expect(checkCode(newSecret(), codeAt(NOW), NOW)).toEqual({ is: 'wrong' })
  })
})

it('makes secrets of 160 bits, and the address that apps read', () => {
  expect(secret).toMatch(/^[A-Z2-7]{32}$/)
  expect(newSecret()).not.toBe(secret)
  const uri = new URL(keyUri(secret, 'a+b@example.org'))
  expect(uri.protocol + uri.host).toBe('otpauth:totp')
  expect(decodeURIComponent(uri.pathname)).toBe('/Faultline:a+b@example.org')
  expect(Object.fromEntries(uri.searchParams)).toMatchObject({ secret, issuer: 'Faultline', digits: '6', period: '30' })
})

it.each([
  ['123456', { kind: 'totp', code: '123456' }],
  [' 123 456 ', { kind: 'totp', code: '123456' }],
  ['K7MZP-H2WQD-9TCVB', { kind: 'recovery', code: 'k7mzph2wqd9tcvb' }],
  ['12345', null],
  ['1234567', null],
  ['', null],
  ['<script>', null],
])('takes %s for %o', (typed, kind) => expect(kindOfCode(typed)).toEqual(kind))

it('makes ten recovery codes, which are the same however they are typed', () => {
  const codes = newRecoveryCodes()
  expect(new Set(codes).size).toBe(10)
  for (const code of codes) expect(code).toMatch(/^([a-z2-9]{5}-){2}[a-z2-9]{5}$/)
  const [first = '', second = ''] = codes
  expect(recoveryHash(first.toUpperCase().replaceAll('-', ' '))).toEqual(recoveryHash(first))
  expect(recoveryHash(first)).not.toEqual(recoveryHash(second))
})
