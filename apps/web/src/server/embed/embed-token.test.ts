import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import { EmbedTokens, TOKEN_MS } from './embed-token.ts'

const secret = 'a secret of tests that is long enough'
const KEY = 'binance-usdm:BTCUSDT'
const at = (now: number, of = secret) => new EmbedTokens({ secret: of, now: () => now })

it('names the instrument until it runs out', () => {
  const token = at(1_000).issue(KEY)
  expect(at(1_000).read(token)).toBe(KEY)
  expect(at(1_000 + TOKEN_MS - 1).read(token)).toBe(KEY)
  expect(at(1_000 + TOKEN_MS).read(token)).toBeNull()
  for (const odd of ['x:<img src=x onerror=alert(1)>', 'simulated:Ö.€,"', 'a.b.c']) expect(at(0).read(at(0).issue(odd))).toBe(odd)
})

it('is refused where anything of it was changed', () => {
  const [instrument, expiry, signature] = at(0).issue(KEY).split('.') as [string, string, string]
  const other = Buffer.from('binance-usdm:ETHUSDT').toString('base64url')
  const bare = createHmac('sha256', secret).update(`${instrument}.${expiry}`).digest('base64url')
  for (const forged of [
    `${other}.${expiry}.${signature}`,
    `${instrument}.${Number(expiry) + 1}.${signature}`,
    `${instrument}.Infinity.${signature}`,
    `${instrument}.${expiry}.${signature.slice(0, -2)}`,
    `${instrument}.${expiry}.${bare}`,
    `${instrument}.${expiry}.`,
    `${instrument}.${expiry}`,
    `.${expiry}.${signature}`,
    `${instrument}.${expiry}.${signature}.x`,
    `${'x'.repeat(500)}.${expiry}.${signature}`,
    '',
    '..',
  ])
    expect([forged, at(0).read(forged)]).toEqual([forged, null])
  expect(at(0, `${secret}!`).read(`${instrument}.${expiry}.${signature}`)).toBeNull()
})
