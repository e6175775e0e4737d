import { readFileSync } from 'node:fs'
import { FaultlineError } from '@faultline/market/errors'
import { expect, it } from 'vitest'
import { reportError } from './report-error.ts'

function told(error: unknown): string {
  let text = ''
  const code = reportError(error, (t) => {
    text += t
  })
  expect(code).toBe(1)
  return text
}

it('tells what a person can mend in one line, and shows a stack only for mistakes of our own', () => {
  expect(told(new FaultlineError('bad_input', 'is zero', { place: { file: 'a.csv', line: 3, field: 'open' } }))).toBe(
    'faultline: a.csv:3, field open: is zero\n',
  )
  let refused: unknown
  try {
    readFileSync('/nowhere/at/all')
  } catch (error) {
    refused = error
  }
  expect(told(refused)).toBe("faultline: ENOENT: no such file or directory, open '/nowhere/at/all'\n")
  expect(told(new TypeError('x is not a function'))).toMatch(/unexpected error\nTypeError: x is not a function\n\s+at /)
  expect(told(new FaultlineError('internal', 'lost'))).toMatch(/\n\s+at /)
})
