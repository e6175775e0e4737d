import { expect, it } from 'vitest'
import { problemWords } from './problem-words.ts'

it.each([
  ['password: must have at least 12 characters', 'The password must have at least 12 characters.'],
  ['password: is too easy to guess; choose another one', 'The password is too easy to guess; choose another one.'],
  ['This link has expired. Ask for a new one.', 'This link has expired. Ask for a new one.'],
  ['elsewhere: is odd', 'elsewhere: is odd'],
  ['', 'The server did not answer. Check that it is running, then try again.'],
  [undefined, 'The server did not answer. Check that it is running, then try again.'],
])('%s', (message, words) => {
  expect(problemWords(message)).toBe(words)
})
