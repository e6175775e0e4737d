import { TRPCClientError } from '@trpc/client'
import { expect, it } from 'vitest'
import { problemWords } from './problem-words.ts'

const NO_ANSWER = 'The server did not answer. Check that it is running, then try again.'
const said = (message: string) =>
  TRPCClientError.from({ error: { message, code: -32_600, data: { code: 'BAD_REQUEST', httpStatus: 400 } } } as Parameters<
    typeof TRPCClientError.from
  >[0])

it.each([
  [said('password: must have at least 12 characters'), 'The password must have at least 12 characters.'],
  [said('password: is too easy to guess; choose another one'), 'The password is too easy to guess; choose another one.'],
  [said('This link has expired. Ask for a new one.'), 'This link has expired. Ask for a new one.'],
  [said('elsewhere: is odd'), 'elsewhere: is odd'],
  [said(''), NO_ANSWER],
  [new TRPCClientError('Failed to fetch'), NO_ANSWER],
  [new Error('email: nobody said this'), NO_ANSWER],
  ['thrown', NO_ANSWER],
])('%s', (error, words) => {
  expect(problemWords(error)).toBe(words)
})
