import { expect, it } from 'vitest'
import { Lanes } from './lanes.ts'

function held() {
  const done: (() => void)[] = []
  const began: number[] = []
  const work = (n: number) => () => {
    began.push(n)
    return new Promise<number>((resolve) => done.push(() => resolve(n)))
  }
  return { done, began, work }
}
const settle = () => new Promise((resolve) => setImmediate(resolve))

it('works on so many at a time, in the order they were asked for, and goes on after a failure', async () => {
  const lanes = new Lanes(2, 5)
  const { done, began, work } = held()
  const failed = lanes.run(async () => {
    await work(0)()
    throw new Error('no luck')
  })
  const answers = [1, 2, 3].map((n) => lanes.run(work(n)))
  expect(began).toEqual([0, 1])
  done[0]?.()
  await expect(failed).rejects.toThrow('no luck')
  expect(began).toEqual([0, 1, 2])
  done[1]?.()
  await settle()
  expect(began).toEqual([0, 1, 2, 3])
  for (const end of done) end()
  expect(await Promise.all(answers)).toEqual([1, 2, 3])
  expect(await lanes.run(async () => 4)).toBe(4)
})

it('sends away whom it cannot let wait', async () => {
  const lanes = new Lanes(1, 3)
  const { done, began, work } = held()
  const first = lanes.run(work(0))
  const waiting = Array.from({ length: 3 }, (_, i) => lanes.run(async () => i))
  await expect(lanes.run(work(1))).rejects.toMatchObject({ code: 'unavailable' })
  done[0]?.()
  await first
  expect(await Promise.all(waiting)).toEqual([0, 1, 2])
  expect(began).toEqual([0])
})
