import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { DUMP_TABLES } from './dump-tables.ts'
import type { SimulationOptions } from './settings.ts'
import { simulate } from './simulate.ts'

/** SHA-256 over every file of the dump and every unrounded number behind it. */
function fingerprint(options: SimulationOptions): string {
  const market = simulate(options)
  const hash = createHash('sha256')
  for (const [name, lines] of Object.entries(DUMP_TABLES)) {
    hash.update(name)
    for (const line of lines(market)) hash.update(`${line}\n`)
  }
  for (const table of [market.candles, market.openInterest, market.ratios, market.funding]) {
    for (const [name, column] of Object.entries<Float64Array>(table.columns)) {
      hash.update(name)
      hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
    }
  }
  for (const secret of [market.forcedOrders, market.brackets, market.takerBuyQuote]) hash.update(JSON.stringify(secret))
  return hash.digest('hex')
}

// Sample markets, benches and what people exported rest on these bytes. A change here is a change of every simulated market
// that there is: make it on purpose, and say so.
it.each<[string, SimulationOptions]>([
  ['10358d01289d737641bda8063f505e71b5675b82f6a0499cc3f4afa70e4c20d1', { days: 0.25, seed: 7, intervalMs: 60_000, warmUpDays: 0.125 }],
  ['29d54f6c16c53f1787ed84683717b695071c6802c26bba3a5b6d5b4d92dc21c7', { days: 0.25, seed: 11, intervalMs: 300_000, warmUpDays: 0.125 }],
  [
    'cb7316b65ab28f6ccb2756c1b7829694d142bb08b4e6594a7ef1aafb89c8c792',
    { days: 0.25, seed: 7, intervalMs: 3_600_000, warmUpDays: 0, price: 60_000, openInterestUsd: 1e10 },
  ],
  [
    '89575c312aaa296ba4749263975be12a8bdc9cacf3e8cdfaaeb29fed84738c8a',
    { days: 0.25, seed: 11, intervalMs: 60_000, warmUpDays: 0.125, start: Date.UTC(2026, 4, 5, 6, 7, 8) },
  ],
])('a market is the same bytes as ever: %s', (bytes, options) => {
  expect(fingerprint(options)).toBe(bytes)
})

it('a market of a crowd is the same bytes as ever', () => {
  const options = { days: 0.125, seed: 7, warmUpDays: 0.125, crowd: 'usual', degrade: { hidePrints: 0.4 } } as const
  expect(fingerprint(options)).toBe('1c7cb805290e76c401732ed72ec03f40b992732e632d7391f4823bea662ec437')
})
