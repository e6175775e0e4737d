import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { steadily } from './steady-answer.ts'

it('answers no sooner than it is told to, whatever the work comes to', async () => {
  const order: string[] = []
  await Promise.all([
    steadily(async () => 'quick', 80).then((answer) => order.push(answer)),
    steadily(() => Promise.reject(new Error('refused')), 80).catch((error: Error) => order.push(error.message)),
    sleep(20).then(() => order.push('waited')),
  ])
  expect(order[0]).toBe('waited')
  expect(order.slice(1).sort()).toEqual(['quick', 'refused'])
})
