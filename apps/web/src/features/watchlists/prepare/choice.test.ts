import { expect, it } from 'vitest'
import { readChoice } from './choice.ts'

const ID = '11111111-1111-4111-8111-111111111111'

it('reads what this browser has kept', () => {
  expect(readChoice(`{"id":"${ID}","unsent":true}`)).toEqual({ id: ID, unsent: true })
  expect(readChoice('{"id":null,"unsent":false}')).toEqual({ id: null, unsent: false })
})

it.each([[null], [''], ['{'], ['7'], ['{"id":"<b>","unsent":true}'], [`{"id":"${ID}"}`]])('makes nothing of %s', (text) =>
  expect(readChoice(text)).toBeNull(),
)
