import { expect, it } from 'vitest'
import { sessionTokenOf } from './session-token.ts'

it.each([
  ['next-auth.session-token=abc', 'abc'],
  ['a=1; __Secure-next-auth.session-token=abc; b=2', 'abc'],
  ['next-auth.session-token=plain; __Secure-next-auth.session-token=secure', 'secure'],
  ['next-auth.session-token.1=b; next-auth.session-token.0=a; next-auth.session-token.2=c', 'abc'],
  ['__Secure-next-auth.session-token.0=a;__Secure-next-auth.session-token.1=b', 'ab'],
  ['next-auth.session-token="abc"', 'abc'],
])('finds the token in %s', (header, token) => {
  expect(sessionTokenOf(header)).toBe(token)
})

it.each([
  undefined,
  '',
  'next-auth.session-token=',
  'next-auth.session-token',
  'next-auth.session-token.1=b',
  'x-next-auth.session-token=abc',
])('finds none in %s', (header) => {
  expect(sessionTokenOf(header)).toBeNull()
})
