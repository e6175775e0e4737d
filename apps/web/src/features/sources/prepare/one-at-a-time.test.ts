import { expect, it } from 'vitest'
import { oneAtATime } from './one-at-a-time.ts'

it('makes up for calls during a run with one run after it, also when one fails', async () => {
  const runs: { resolve: () => void; reject: (e: Error) => void }[] = []
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
  const call = oneAtATime(() => new Promise<void>((resolve, reject) => runs.push({ resolve, reject })))
  call()
  call()
  call()
  expect(runs).toHaveLength(1)
  runs[0]?.reject(new Error('no answer'))
  await settled()
  expect(runs).toHaveLength(2)
  runs[1]?.resolve()
  await settled()
  expect(runs).toHaveLength(2)
  call()
  expect(runs).toHaveLength(3)
})
