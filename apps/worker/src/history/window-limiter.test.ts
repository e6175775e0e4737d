import { expect, it } from 'vitest'
import { WindowLimiter } from './window-limiter.ts'

const never = new AbortController().signal
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

it('lets two run at a time, and those that ask again wait behind those that have waited', async () => {
  const limiter = new WindowLimiter()
  const begun: string[] = []
  let running = 0
  let most = 0
  const instrument = async (name: string): Promise<void> => {
    for (let i = 0; i < 4; i++)
      await limiter.run(never, async () => {
        begun.push(`${name}${i}`)
        most = Math.max(most, ++running)
        await turn()
        running--
      })
  }
  await Promise.all(['a', 'b', 'c'].map(instrument))
  expect(most).toBe(2)
  expect(begun.join(' ')).toBe('a0 b0 c0 a1 b1 c1 a2 b2 c2 a3 b3 c3')
})

it('passes a failure on and the turn to the next', async () => {
  const limiter = new WindowLimiter(1)
  const failing = limiter.run(never, () => Promise.reject(new Error('no')))
  const next = limiter.run(never, () => Promise.resolve('yes'))
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('yes')
})

it('lets go of those that are stopped while they wait', async () => {
  const limiter = new WindowLimiter(1)
  const stop = new AbortController()
  let end = (): void => undefined
  const first = limiter.run(never, () => new Promise<string>((resolve) => (end = () => resolve('first'))))
  const stopped = limiter.run(stop.signal, () => Promise.reject(new Error('must not begin')))
  const last = limiter.run(never, () => Promise.resolve('last'))
  stop.abort()
  expect(await stopped).toBe(null)
  expect(await limiter.run(stop.signal, () => Promise.reject(new Error('must not begin')))).toBe(null)
  end()
  expect(await Promise.all([first, last])).toEqual(['first', 'last'])
})
