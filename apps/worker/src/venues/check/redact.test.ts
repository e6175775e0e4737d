import { expect, it } from 'vitest'
import { redact } from './redact.ts'

const ADDRESS = '0x31ca8395cf837de08b24da3f660e77761dfb974b'

it('keeps shape and values, and names nobody', () => {
  const message = {
    channel: 'userFills',
    data: { user: ADDRESS, fills: [{ px: '100.5', liquidation: { liquidatedUser: ADDRESS, markPx: '101' }, hash: ADDRESS }] },
    [ADDRESS]: `of ${ADDRESS}`,
  }
  const text = JSON.stringify(redact(message))
  expect(text).not.toContain(ADDRESS)
  expect(text).not.toContain(ADDRESS.slice(6))
  expect(redact(message)).toMatchObject({ channel: 'userFills', data: { fills: [{ px: '100.5', liquidation: { markPx: '101' } }] } })
})

it('cuts what is long, and says so', () => {
  expect(redact([1, 2, 3, 4, 5])).toEqual([1, 2, 3, '… 2 more'])
  expect(redact('x'.repeat(500))).toHaveLength(201)
  let deep: unknown = 'bottom'
  for (let i = 0; i < 50; i++) deep = [deep]
  expect(JSON.stringify(redact(deep))).not.toContain('bottom')
})

it('leaves alone what is no text', () => {
  expect(redact({ a: 1, b: null, c: true })).toEqual({ a: 1, b: null, c: true })
})
