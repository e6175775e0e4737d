import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { lineOf } from './normalise.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const TIME = 1_767_225_600_000

/** The real command line, with this on its standard input. */
function normalise(input: string, ...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [MAIN, 'normalise', ...args], { stdio: 'pipe' })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (text: Buffer) => {
    stdout += text.toString()
  })
  child.stderr.on('data', (text: Buffer) => {
    stderr += text.toString()
  })
  child.stdin.end(input)
  return new Promise((done) => child.once('close', (code) => done({ code, stdout, stderr })))
}

/** What each venue says when 2 coins of a long died at 3,000: five meanings of a liquidation, one line. */
const LONG_DIED = [
  [
    'binance',
    { e: 'forceOrder', E: TIME, o: { s: 'ETHUSDT', S: 'SELL', q: '2', p: '2990', ap: '3000', X: 'FILLED', l: '1', z: '2', T: TIME } },
    { instrument: 'ETHUSDT', priceKind: 'fill' },
  ],
  [
    'bybit',
    { topic: 'allLiquidation.ETHUSDT', type: 'snapshot', ts: TIME, data: [{ T: TIME, s: 'ETHUSDT', S: 'Buy', v: '2', p: '3000' }] },
    { instrument: 'ETHUSDT', priceKind: 'bankruptcy' },
  ],
  [
    'okx',
    {
      arg: { channel: 'liquidation-orders', instType: 'SWAP' },
      data: [
        {
          instType: 'SWAP',
          instId: 'ETH-USDT-SWAP',
          instFamily: 'ETH-USDT',
          uly: 'ETH-USDT',
          details: [{ bkLoss: '0', bkPx: '3000', ccy: '', posSide: 'long', side: 'sell', sz: '20', ts: String(TIME) }],
        },
      ],
    },
    { instrument: 'ETH-USDT-SWAP', priceKind: 'bankruptcy' },
  ],
  [
    'gate',
    {
      time: TIME / 1000,
      channel: 'futures.public_liquidates',
      event: 'update',
      result: [{ price: 3000, size: -200, time: TIME / 1000, time_ms: TIME, contract: 'ETH_USDT' }],
    },
    { instrument: 'ETH_USDT', priceKind: 'order' },
  ],
] as const

it.each(LONG_DIED)('prints one line for a long that died at %s', async (venue, message, own) => {
  const { code, stdout } = await normalise(JSON.stringify(message), '--venue', venue, '--channel', 'liquidation')
  expect(stdout.split('\n')).toHaveLength(2)
  expect(JSON.parse(stdout)).toEqual({
    type: 'liquidation',
    venue,
    side: 'long',
    price: 3000,
    sizeBase: 2,
    sizeUsd: 6000,
    time: TIME,
    ...own,
  })
  expect(code).toBe(0)
})

it('takes the contract size that it is given', async () => {
  const [, message] = LONG_DIED[2]
  const { stdout } = await normalise(JSON.stringify(message), '--venue', 'okx', '--channel', 'liquidation', '--contract-size', '1')
  expect(JSON.parse(stdout)).toMatchObject({ sizeBase: 20, sizeUsd: 60_000 })
})

it('says why, with exit code 1 and nothing else on standard output', async () => {
  const bad = async (input: string, ...args: string[]) => {
    const { code, stdout, stderr } = await normalise(input, ...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    return stderr
  }
  const about = ['--venue', 'bybit', '--channel', 'liquidation']
  expect(await bad('not JSON', ...about)).toMatch(/quarantine: not JSON/)
  expect(await bad('', ...about)).toMatch(/nothing came/)
  expect(await bad('{"topic":"allLiquidation.X","data":[{"S":"Up"}]}', ...about)).toMatch(/^faultline: quarantine: /)
  expect(await bad('{}', '--venue', 'hyperliquid', '--channel', 'longShortRatio')).toMatch(/quarantine/)
  expect(await bad('{}', '--venue', 'mtgox', '--channel', 'liquidation')).toMatch(/choose binance/)
  expect(await bad('{}', ...about, '--contract-size', '0')).toMatch(/above zero/)
})

it('keeps a predicted rate apart from a settled one', () => {
  const event = { type: 'funding', time: TIME, rate: 0.0001 } as const
  expect(lineOf('binance', { symbol: 'ETHUSDT', event, predicted: true })).toEqual({
    type: 'funding',
    venue: 'binance',
    instrument: 'ETHUSDT',
    time: TIME,
    rate: 0.0001,
    predicted: true,
  })
  expect(lineOf('binance', { symbol: null, event })).toEqual({
    type: 'funding',
    venue: 'binance',
    instrument: null,
    time: TIME,
    rate: 0.0001,
  })
})
