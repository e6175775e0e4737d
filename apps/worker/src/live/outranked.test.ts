import { expect, it } from 'vitest'
import { isOutranked } from './outranked.ts'

const source = (id: number, priority: number) => ({ id, priority })

it('lets the lower number feed, also where the other feeds already', () => {
  expect(isOutranked(source(1, 100), [source(2, 10)], true)).toBe(true)
  expect(isOutranked(source(2, 10), [source(1, 100)], false)).toBe(false)
})

it('of equals leaves it to whoever feeds, and else to the older one', () => {
  expect(isOutranked(source(2, 100), [source(1, 100)], false)).toBe(true)
  expect(isOutranked(source(2, 100), [source(1, 100)], true)).toBe(false)
  expect(isOutranked(source(1, 100), [source(2, 100)], false)).toBe(false)
})

it('is nobody’s without rivals', () => {
  expect(isOutranked(source(1, 100), [], false)).toBe(false)
})
