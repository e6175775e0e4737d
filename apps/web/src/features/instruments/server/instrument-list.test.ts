import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { InstrumentList } from './instrument-list.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => void vi.useRealTimers())

/** Answers carry the number of the newest column as their only instrument's id. */
function listed() {
  const world = { version: 1 as number | undefined, reads: 0, fails: false }
  const list = new InstrumentList<{ id: number }[]>({
    versionOf: () => world.version,
    read: async () => {
      world.reads++
      if (world.fails) throw new Error('away')
      return [{ id: world.version ?? 0 }]
    },
  })
  const ask = async () => (await list.read())[0]?.id
  return { world, ask }
}

it('reads once for all who ask', async () => {
  const { world, ask } = listed()
  await Promise.all(Array.from({ length: 500 }, ask))
  vi.advanceTimersByTime(9_000)
  await ask()
  expect(world.reads).toBe(1)
  vi.advanceTimersByTime(1_000)
  await ask()
  expect(world.reads).toBe(2)
})

it('never answers with what is older than the news, and reads at most twice a second for it', async () => {
  const { world, ask } = listed()
  expect(await ask()).toBe(1)
  const answers: Promise<number | undefined>[] = []
  for (let i = 2; i <= 20; i++) {
    world.version = i
    answers.push(ask())
  }
  expect(world.reads).toBe(1)
  await vi.advanceTimersByTimeAsync(500)
  for (const [i, answer] of answers.entries()) expect(await answer).toBeGreaterThanOrEqual(i + 2)
  expect(world.reads).toBe(2)
})

it('keeps nothing while it is not told of changes, nor an answer that failed', async () => {
  const { world, ask } = listed()
  world.version = undefined
  await ask()
  await ask()
  expect(world.reads).toBe(2)
  Object.assign(world, { version: 3, fails: true })
  await expect(ask()).rejects.toThrow('away')
  world.fails = false
  expect(await ask()).toBe(3)
})
