import { expect, it } from 'vitest'
import { payloadText } from './payload-text.ts'

it.each([
  ['a frame', '{"e":', '{"e":'],
  ['what was parsed', { e: [1, null] }, '{"e":[1,null]}'],
  ['bytes of text', Buffer.from('{"é":1}'), '{"é":1}'],
  ['other bytes', Uint8Array.of(0xff, 0), 'base64:/wA='],
  ['a part of a buffer', new Uint8Array(Buffer.from('abc').buffer, Buffer.from('abc').byteOffset, 0), ''],
  ['an ArrayBuffer', Uint8Array.of(104, 105).buffer, 'hi'],
  ['nothing', undefined, 'undefined'],
  ['a big number', 10n, '10'],
])('keeps %s', (_, raw, text) => {
  expect(payloadText(raw)).toBe(text)
})

it('keeps what cannot be written as JSON', () => {
  const round: Record<string, unknown> = {}
  round.self = round
  expect(payloadText(round)).toBe('[object Object]')
})
