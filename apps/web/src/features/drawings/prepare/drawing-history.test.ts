import type { Drawing } from '@faultline/ui/chart/drawings'
import { expect, it } from 'vitest'
import { changed, isDirty, openHistory, redone, saved, undone } from './drawing-history.ts'

const level = (price: number): Drawing => ({
  id: `h${price}`,
  kind: 'horizontal',
  points: [{ time: 0, price }],
  colour: 'accent',
  text: '',
})
const [none, one, two] = [[], [level(1)], [level(1), level(2)]]

it('goes back and forth through what was drawn', () => {
  let history = changed(changed(openHistory(none), one), two)
  history = undone(history)
  expect(history.now).toBe(one)
  history = redone(history)
  expect(history.now).toBe(two)
  expect(redone(history)).toBe(history)
  history = undone(undone(history))
  expect(history.now).toBe(none)
  expect(undone(history)).toBe(history)
})

it('forgets what was undone when something else is drawn', () => {
  const history = changed(undone(changed(openHistory(none), one)), two)
  expect(history.undone).toEqual([])
  expect(undone(history).now).toBe(none)
})

it('is clean as it was opened or saved, also when an undo leads back there', () => {
  const opened = openHistory(one)
  expect(isDirty(opened)).toBe(false)
  const edited = changed(opened, two)
  expect(isDirty(edited)).toBe(true)
  expect(isDirty(undone(edited))).toBe(false)
  expect(isDirty(saved(edited, two))).toBe(false)
  // drawn on while it was being saved
  expect(isDirty(changed(saved(edited, two), none))).toBe(true)
  expect(isDirty(openHistory(one, true))).toBe(true)
  expect(isDirty(openHistory(none, true))).toBe(false)
})

it('keeps a hundred steps', () => {
  let history = openHistory(none)
  for (let price = 1; price <= 150; price++) history = changed(history, [level(price)])
  expect(history.past).toHaveLength(100)
  expect(changed(history, history.now)).toBe(history)
})
