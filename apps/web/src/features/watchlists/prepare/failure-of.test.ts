import { expect, it } from 'vitest'
import { failureOf } from './failure-of.ts'

const answered = (code: unknown) => Object.assign(new Error('in words'), { data: { code } })

it('asks for the newest version where somebody was first', () =>
  expect(failureOf(answered('CONFLICT'))).toEqual({ ok: false, why: 'conflict' }))

it.each([
  ['no answer', new TypeError('fetch failed')],
  ['an answer of something between', Object.assign(new Error('502'), { data: undefined })],
  ['a session that has ended', answered('UNAUTHORIZED')],
  ['a server in trouble', answered('INTERNAL_SERVER_ERROR')],
  ['too many questions', answered('TOO_MANY_REQUESTS')],
  ['a code that is none', answered(7)],
  ['something thrown', 'oh'],
])('keeps the change for later: %s', (_, error) => expect(failureOf(error)).toEqual({ ok: false, why: 'unreachable' }))

it.each(['FORBIDDEN', 'NOT_FOUND', 'BAD_REQUEST'])('gives it up where the server says %s, in its words', (code) =>
  expect(failureOf(answered(code))).toEqual({ ok: false, why: 'refused', message: 'in words' }),
)
