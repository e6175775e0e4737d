import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { zipOf } from '../../test/dump-folder.ts'
import { scratchFolder } from '../../test/scratch-folder.ts'
import { readArchive } from './read-archive.ts'

const FROM = Date.parse('2026-01-10T00:00Z')
const NOW = Date.parse('2026-02-01T00:00Z')

function put(base: string, name: string, bytes: Uint8Array): void {
  mkdirSync(path.dirname(path.join(base, name)), { recursive: true })
  writeFileSync(path.join(base, name), bytes)
}

const BYBIT_HEADER = 'timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional'
const bybit = (seconds: number, side: string, size: string, price: string): string =>
  `${FROM / 1000 + seconds},ETHUSDT,${side},${size},${price},ZeroPlusTick,id,0,${size},0`

it('makes candles with the takers’ side of Bybit’s trades', async () => {
  const base = scratchFolder()
  const rows = [
    bybit(1.25, 'Buy', '0.1', '3000.5'),
    bybit(30.5, 'Sell', '0.2', '3001'),
    bybit(59.9999, 'Buy', '0.4', '2999'),
    bybit(185, 'Sell', '1', '3002'),
  ]
  put(base, 'trading/ETHUSDT/ETHUSDT2026-01-10.csv.gz', gzipSync([BYBIT_HEADER, ...rows, ''].join('\n')))
  const { dump, absent } = await readArchive(
    { archive: 'bybit', symbol: 'ETHUSDT', from: FROM, to: FROM + 2 * 86_400_000, base, now: NOW },
    { cache: scratchFolder() },
  )
  expect(absent).toEqual(['trading/ETHUSDT/ETHUSDT2026-01-11.csv.gz'])
  const [market] = dump.markets
  expect(market?.definition).toEqual({ venue: 'bybit-linear', symbol: 'ETHUSDT', baseAsset: 'ETH', quoteAsset: 'USDT', contractSize: 1 })
  const { openTime, open, high, low, close, volume, takerBuyVolume, tradeCount } = market?.candles.table.columns ?? ({} as never)
  expect([...openTime].map((t) => (t - FROM) / 60_000)).toEqual([0, 3])
  expect([open[0], high[0], low[0], close[0], volume[0], takerBuyVolume[0], tradeCount[0]]).toEqual([3000.5, 3001, 2999, 2999, 0.7, 0.5, 3])
})

it('makes no candle of a part of a minute', async () => {
  const base = scratchFolder()
  const rows = [
    bybit(10, 'Buy', '1', '3000'),
    bybit(50, 'Buy', '2', '3001'),
    bybit(70, 'Sell', '4', '3002'),
    bybit(130, 'Sell', '8', '3003'),
  ]
  put(base, 'trading/ETHUSDT/ETHUSDT2026-01-10.csv.gz', gzipSync([BYBIT_HEADER, ...rows, ''].join('\n')))
  const asked = { archive: 'bybit', symbol: 'ETHUSDT', from: FROM + 30_000, to: FROM + 150_000, base, now: NOW } as const
  const { dump } = await readArchive(asked, { cache: scratchFolder() })
  const { openTime, volume } = dump.markets[0]?.candles.table.columns ?? ({} as never)
  expect([...openTime].map((t) => (t - FROM) / 60_000)).toEqual([1])
  expect([...volume]).toEqual([4])
})

it('counts OKX’s contracts in coins, in files that are in Hong Kong’s days and newest first', async () => {
  const base = scratchFolder()
  const header = 'instrument_name/合约,trade_id/交易ID,side/交易方向,size/数量,price/价格,created_time/成交时间'
  const row = (ms: number, side: string, size: number, price: number): string => `ETH-USDT-SWAP,1,${side},${size},${price},${FROM + ms}`
  const csv = [header, row(50_000, 'sell', 20, 3010), row(1_000, 'buy', 10, 3000), row(-60_000, 'buy', 10, 1)].join('\n')
  put(base, 'trades/daily/20260110/ETH-USDT-SWAP-trades-2026-01-10.zip', zipOf({ 'ETH-USDT-SWAP-trades-2026-01-10.csv': csv }))
  const { dump } = await readArchive(
    { archive: 'okx', symbol: 'ETH-USDT-SWAP', from: FROM, to: FROM + 86_400_000, base, now: NOW },
    { cache: scratchFolder() },
  )
  const [market] = dump.markets
  expect(market?.definition).toMatchObject({ venue: 'okx-swap', baseAsset: 'ETH', contractSize: 0.1 })
  const { openTime, open, close, volume, takerBuyVolume } = market?.candles.table.columns ?? ({} as never)
  expect([...openTime]).toEqual([FROM])
  expect([open[0], close[0], volume[0], takerBuyVolume[0]]).toEqual([3000, 3010, 3, 1])
})

it.each([
  ['bybit', 'ETH-USDT', 'a file that says so', /none of the/],
  ['okx', 'ETH-USD-SWAP', '', /linear swap/],
  ['okx', 'NOBODYKNOWSIT-USDT-SWAP', '', /--contract-size/],
  ['bybit', 'ETH/USDT', '', /as the venue writes it/],
] as const)('refuses %s %s with what to do', async (archive, symbol, _, message) => {
  await expect(
    readArchive({ archive, symbol, from: FROM, to: FROM + 86_400_000, base: scratchFolder(), now: NOW }, { cache: scratchFolder() }),
  ).rejects.toThrow(message)
})

it.each([
  ['side', `${BYBIT_HEADER}\n${bybit(1, 'Long', '1', '3000')}`, /neither buy nor sell/],
  ['price', `${BYBIT_HEADER}\n${bybit(1, 'Buy', '1', '0')}`, /zero/],
  ['price', 'timestamp,symbol,side,size\n', /no column price/],
  ['symbol', `${BYBIT_HEADER}\n${bybit(1, 'Buy', '1', '3000').replace('ETHUSDT', 'BTCUSDT')}`, /another symbol/],
])('names file, line and field of a bad %s', async (field, csv, message) => {
  const base = scratchFolder()
  put(base, 'trading/ETHUSDT/ETHUSDT2026-01-10.csv.gz', gzipSync(csv))
  const reading = readArchive(
    { archive: 'bybit', symbol: 'ETHUSDT', from: FROM, to: FROM + 86_400_000, base, now: NOW },
    { cache: scratchFolder() },
  )
  await expect(reading).rejects.toMatchObject({
    code: 'bad_input',
    message: expect.stringMatching(message),
    place: { file: 'trading/ETHUSDT/ETHUSDT2026-01-10.csv.gz', field },
  })
})
