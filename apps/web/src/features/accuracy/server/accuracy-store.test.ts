import { expect, it } from 'vitest'
import type { Accuracy } from '../prepare/accuracy.ts'
import { accuracy } from '../prepare/samples.ts'
import { AccuracyStore, type Horizon } from './accuracy-store.ts'

function under(took = 0) {
  const state = { now: 0, asked: [] as Horizon[], running: 0, most: 0, fails: null as Error | null }
  const store = new AccuracyStore({
    now: () => state.now,
    read: async (horizon): Promise<Accuracy> => {
      state.asked.push(horizon)
      state.most = Math.max(state.most, ++state.running)
      await Promise.resolve()
      state.now += took
      state.running--
      if (state.fails) throw state.fails
      return accuracy({ computed: state.now })
    },
  })
  return { store, state }
}

it('works the figures out once, however many ask at once', async () => {
  const { store, state } = under()
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => store.read(i % 2 ? '15m' : '1h')))
  expect(state.asked.toSorted()).toEqual(['15m', '1h'])
  expect(state.most).toBe(1)
  expect(new Set(answers).size).toBe(2)
})

it('looks again after a minute, and meanwhile shows what it has', async () => {
  const { store, state } = under()
  const first = await store.read('1h')
  state.now = 59_999
  expect(await store.read('1h')).toBe(first)
  expect(state.asked).toHaveLength(1)
  state.now = 60_000
  expect(await store.read('1h')).toBe(first)
  await expect.poll(() => store.read('1h')).toMatchObject({ computed: 60_000 })
  expect(state.asked).toHaveLength(2)
})

it('waits for new figures where the old ones are too old', async () => {
  const { store, state } = under()
  await store.read('1h')
  state.now = 20 * 60_000
  expect(await store.read('1h')).toMatchObject({ computed: 20 * 60_000 })
})

it('rests ten times as long as it worked', async () => {
  const { store, state } = under(30_000)
  await store.read('1h') // done at 30 s
  state.now = 30_000 + 299_999
  await store.read('1h')
  expect(state.asked).toHaveLength(1)
  state.now = 30_000 + 300_000
  await store.read('1h')
  expect(state.asked).toHaveLength(2)
})

it('does not ask a database in trouble again and again', async () => {
  const { store, state } = under()
  state.fails = new Error('no database')
  for (let i = 0; i < 10; i++) await expect(store.read('1h')).rejects.toThrow('no database')
  expect(state.asked).toHaveLength(1)
  state.now = 5_000
  state.fails = null
  expect(await store.read('1h')).toMatchObject({ computed: 5_000 })
})
