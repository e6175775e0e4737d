import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { RATIO_KINDS } from '@faultline/market/event'
import { PRICE_KINDS } from '@faultline/market/event-table'
import { SIDES } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import {
  at,
  csv,
  dateTime,
  dumpFolder,
  FUNDING_HEADER,
  KLINE_HEADER,
  kline,
  klines,
  LIQUIDATION_HEADER,
  METRICS_HEADER,
  MINUTE,
  metricsRow,
  START,
  zipOf,
} from '../../test/dump-folder.ts'
import type { DumpMarket, ReadDumpOptions } from './dump.ts'
import { readDump } from './read-dump.ts'

/** The market of a folder that holds one. */
async function onlyMarket(folder: string, options: ReadDumpOptions = {}): Promise<DumpMarket> {
  const { markets } = await readDump(folder, options)
  expect(markets).toHaveLength(1)
  return at(markets, 0)
}

const DAY = 1440 * MINUTE
const FIVE = 5 * MINUTE

describe('the public dumps as they are served', () => {
  it('reads daily and monthly zips with and without header, and counts what overlaps once', async () => {
    const um = 'data/futures/um'
    const folder = dumpFolder({
      [`${um}/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2024-01.zip`]: zipOf({ 'BTCUSDT-1m-2024-01.csv': csv(...klines(START, 30)) }),
      [`${um}/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2024-01-05.zip`]: zipOf({
        'BTCUSDT-1m-2024-01-05.csv': csv(KLINE_HEADER, ...klines(START, 60).slice(20)),
      }),
      [`${um}/daily/metrics/BTCUSDT/BTCUSDT-metrics-2024-01-05.zip`]: zipOf({
        'BTCUSDT-metrics-2024-01-05.csv': csv(METRICS_HEADER, metricsRow(START + FIVE, 'BTCUSDT', 1000, '1.5,1.25,0.75,2')),
      }),
      [`${um}/monthly/fundingRate/BTCUSDT/BTCUSDT-fundingRate-2024-01.zip`]: zipOf({
        'BTCUSDT-fundingRate-2024-01.csv': csv(FUNDING_HEADER, `${START + 4},8,-0.00012`),
      }),
      [`${um}/daily/liquidationSnapshot/BTCUSDT/BTCUSDT-liquidationSnapshot-2024-01-05.zip`]: zipOf({
        'BTCUSDT-liquidationSnapshot-2024-01-05.csv': csv(
          LIQUIDATION_HEADER,
          `${START + 1234},SELL,LIMIT,IOC,3,100,100.5,FILLED,1,2`,
          `${START + 2345},BUY,LIMIT,IOC,3,101,0,NEW,0,0`,
        ),
      }),
      [`${um}/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2024-01-05.zip.CHECKSUM`]: 'abc  BTCUSDT-1m-2024-01-05.zip',
    })
    const { markets, skipped } = await readDump(folder)
    expect(skipped).toEqual([])
    expect(markets).toHaveLength(1)
    const market = at(markets, 0)
    expect([market.symbol, market.bucketMs, market.simulated, market.brackets]).toEqual(['BTCUSDT', MINUTE, false, null])

    const { openTime, open, volume, quoteVolume, takerBuyVolume, tradeCount } = market.candles.table.columns
    expect([...openTime]).toEqual(Array.from({ length: 60 }, (_, i) => START + i * MINUTE))
    expect([open[59], volume[0], quoteVolume[0], takerBuyVolume[0], tradeCount[0]]).toEqual([105.9, 10, 1010, 6, 42])
    expect(market.candles.place(59)).toEqual({
      file: `${um}/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2024-01-05.zip/BTCUSDT-1m-2024-01-05.csv`,
      line: 41,
    })

    expect(market.openInterest.table.columns).toEqual({
      time: Float64Array.of(START + FIVE),
      openInterest: Float64Array.of(1000),
      openInterestUsd: Float64Array.of(100_000),
    })
    const ratios = market.ratios.table.columns
    expect(Object.fromEntries([...ratios.kind].map((kind, i) => [RATIO_KINDS[kind], ratios.ratio[i]]))).toEqual({
      topAccounts: 1.5,
      topPositions: 1.25,
      accounts: 0.75,
      takerVolume: 2,
    })
    expect(market.funding.table.columns).toEqual({
      time: Float64Array.of(START),
      rate: Float64Array.of(-0.00012),
      intervalHours: Float64Array.of(8),
    })
    const prints = market.liquidations.table.columns
    expect([...prints.time]).toEqual([START + 1234, START + 2345]) // never snapped
    expect([...prints.side].map((side) => SIDES[side])).toEqual(['long', 'short'])
    expect([...prints.price]).toEqual([100.5, 101])
    expect([...prints.quantity]).toEqual([2, 3])
    expect([...prints.priceKind].map((kind) => PRICE_KINDS[kind])).toEqual(['fill', 'order'])
    expect([...prints.quantityUsd]).toEqual([201, 303])
  })

  it('takes kind, symbol and interval from the way to the folder when a folder of the tree is given', async () => {
    const folder = dumpFolder({
      'klines/BTCUSDT/1m/2024-01.csv': csv(...klines(START, 3)),
      'markPriceKlines/BTCUSDT/1m/BTCUSDT-1m-2024-01.csv': csv(...klines(START, 3)),
    })
    const { markets } = await readDump(join(folder, 'klines/BTCUSDT/1m'))
    expect(markets.map((m) => [m.symbol, m.bucketMs])).toEqual([['BTCUSDT', MINUTE]])
    await expect(readDump(join(folder, 'markPriceKlines/BTCUSDT/1m'))).rejects.toThrow('markPriceKlines are not used')
  })

  it('reads microseconds, quotes, CR LF, a byte order mark and blank lines at the end', async () => {
    const quoted = klines(START, 3).map((line) =>
      line
        .split(',')
        .map((field) => `"${field}"`)
        .join(','),
    )
    const folder = dumpFolder({
      'BTCUSDT-1m-2025-01.csv': `\ufeff${[KLINE_HEADER, ...quoted].join('\r\n')}\r\n\r\n\n`,
      'ETHUSDT-1m-2025-01.csv': csv(...klines(START, 3).map((line) => line.replace(/^(\d+)/, '$1000').replace(/,(1704\d{9}),/, ',$1999,'))),
    })
    const { markets } = await readDump(folder)
    for (const market of markets) expect([...market.candles.table.columns.openTime]).toEqual([START, START + MINUTE, START + 2 * MINUTE])
    expect(markets.map((m) => m.symbol)).toEqual(['BTCUSDT', 'ETHUSDT'])
    expect(at(markets, 0).candles.place(2)).toEqual({ file: 'BTCUSDT-1m-2025-01.csv', line: 4 })
  })

  it('knows the files of one zip apart', async () => {
    const folder = dumpFolder({
      'all.zip': zipOf({
        'SOLUSDT-1m-2024-01.csv': csv(...klines(START, 3)),
        'SOLUSDT-metrics-2024-01-05.csv': csv(METRICS_HEADER, metricsRow(START + FIVE, 'SOLUSDT', 5)),
        'readme.txt': 'nothing',
      }),
    })
    const market = await onlyMarket(folder)
    expect([market.symbol, market.candles.table.length, market.openInterest.table.length]).toEqual(['SOLUSDT', 3, 1])
  })

  it('moves metrics that are labelled with the start of their five minutes to the moment they were measured', async () => {
    const day = Date.UTC(2026, 5, 25)
    const rows = (from: number, oi: number) => csv(METRICS_HEADER, ...[0, 1, 2].map((i) => metricsRow(from + i * FIVE, 'ETHUSDT', oi + i)))
    const folder = dumpFolder({
      'ETHUSDT-1m-2026-06.csv': csv(...klines(day, 3)),
      // the last label of the old kind is the first of the new one, with another figure
      'metrics/ETHUSDT-metrics-2026-06-24.csv': rows(day - 2 * FIVE, 10),
      'metrics/ETHUSDT-metrics-2026-06-25.csv': rows(day, 13),
    })
    const { time, openInterest } = (await onlyMarket(folder)).openInterest.table.columns
    expect([...time].map((t) => (t - day) / FIVE)).toEqual([-2, -1, 0, 1, 2, 3])
    expect([...openInterest]).toEqual([10, 11, 12, 13, 14, 15])
  })
})

describe('plain folders', () => {
  const metrics = (symbol: string) =>
    csv(METRICS_HEADER, metricsRow(START + FIVE, symbol, 1000), metricsRow(START + 2 * FIVE, symbol, 1001))

  it('gives files without a symbol to the only symbol there is', async () => {
    const folder = dumpFolder({
      'klines.csv.gz': gzipSync(csv(KLINE_HEADER, ...klines(START, 3))),
      'metrics.csv.gz': gzipSync(metrics('ETHUSDT')),
      'fundingRate.csv': csv('calc_time,last_funding_rate', `${START},0.0001`),
      'liquidationSnapshot.csv': csv(LIQUIDATION_HEADER),
      'brackets.json.gz': gzipSync('[{"bracket":1}]'),
      'truth.csv': csv('time,price,long,short', '1,2,3,4'),
      'README.md': 'x',
      '.hidden.csv': 'x',
    })
    const { markets, skipped } = await readDump(folder)
    const market = at(markets, 0)
    expect([market.symbol, market.candles.table.length, market.openInterest.table.length, market.funding.table.length]).toEqual([
      'ETHUSDT',
      3,
      2,
      1,
    ])
    expect(market.funding.table.columns.intervalHours[0]).toBeNaN()
    expect([market.brackets, market.bracketsFile]).toEqual([[{ bracket: 1 }], 'brackets.json.gz'])
    expect(skipped.map((s) => s.files)).toEqual([['truth.csv']])
  })

  it('takes the symbol from --symbol, market.json or the brackets, in this order, else says how to name it', async () => {
    const files = { 'klines.csv': csv(...klines(START, 3)) }
    const told = { ...files, 'market.json': '{"format":"faultline-market-1","simulated":true,"symbol":"SIMUSDT","seed":1,"days":2}' }
    const symbolAnd = async (all: Record<string, string>, options = {}) => {
      const market = await onlyMarket(dumpFolder(all), options)
      return [market.symbol, market.simulated]
    }
    expect(await symbolAnd(told)).toEqual(['SIMUSDT', true])
    expect(await symbolAnd(told, { symbol: 'otherusdt' })).toEqual(['OTHERUSDT', true])
    expect(await symbolAnd({ ...files, 'brackets.json': '[{"symbol":"WIFUSDT","brackets":[]}]' })).toEqual(['WIFUSDT', false])
    expect(await symbolAnd(files, { anonymousSymbol: 'UNNAMED' })).toEqual(['UNNAMED', false])
    await expect(readDump(dumpFolder(files))).rejects.toThrow(
      'klines.csv: no file of the folder names its symbol; say whose it is with --symbol',
    )
  })

  it('reads candles of any length, also without their optional columns', async () => {
    for (const [name, ms] of Object.entries({ '5m': FIVE, '1h': 60 * MINUTE, '1d': DAY })) {
      const long = csv(KLINE_HEADER, ...klines(START, 3, ms))
      const short = csv(
        'open_time,open,high,low,close,volume',
        ...klines(START, 3, ms).map((line) => line.split(',').slice(0, 6).join(',')),
      )
      for (const text of [long, short]) {
        const market = await onlyMarket(dumpFolder({ 'klines.csv': text }), { symbol: 'X1USDT' })
        expect([name, market.bucketMs, market.candles.table.length]).toEqual([name, ms, 3])
      }
      const market = await onlyMarket(dumpFolder({ 'klines.csv': short }), { symbol: 'X1USDT' })
      expect(market.candles.table.columns.takerBuyVolume[0]).toBeNaN()
    }
  })

  it('keeps gaps as gaps', async () => {
    const lines = klines(START, 10)
    const folder = dumpFolder({ 'BTCUSDT-1m-2024-01.csv': csv(...lines.slice(0, 3), ...lines.slice(7)) })
    const { openTime } = (await onlyMarket(folder)).candles.table.columns
    expect([...openTime].map((t) => (t - START) / MINUTE)).toEqual([0, 1, 2, 7, 8, 9])
  })
})

describe('several markets and lengths', () => {
  it('makes several symbols several markets, and reports one without klines', async () => {
    const folder = dumpFolder({
      'ETHUSDT-1m-2024-01.csv': csv(...klines(START, 3)),
      'ETHUSDT-fundingRate-2024-01.csv': csv(`${START},8,0.0001`),
      'SOLUSDT/klines.csv': csv(...klines(START, 4)),
      'metrics.csv': csv(
        METRICS_HEADER,
        metricsRow(START + FIVE, 'ETHUSDT', 1),
        metricsRow(START + FIVE, 'SOLUSDT', 2),
        metricsRow(START + FIVE, 'ARBUSDT', 3),
      ),
      'DOGEUSDT-metrics-2024-01-05.csv': 'not even read',
    })
    const { markets, skipped } = await readDump(folder)
    expect(
      markets.map((m) => [m.symbol, m.candles.table.length, m.openInterest.table.columns.openInterest[0], m.funding.table.length]),
    ).toEqual([
      ['ETHUSDT', 3, 1, 1],
      ['SOLUSDT', 4, 2, 0],
    ])
    expect(skipped).toEqual([
      { symbol: 'DOGEUSDT', files: ['DOGEUSDT-metrics-2024-01-05.csv'], reason: 'no klines of DOGEUSDT' },
      { symbol: 'ARBUSDT', files: ['metrics.csv'], reason: 'no klines of ARBUSDT' },
    ])
    expect((await readDump(folder, { only: 'SOLUSDT' })).markets.map((m) => m.symbol)).toEqual(['SOLUSDT'])
  })

  it('reads candles of any number of minutes that divides a day, with and without close_time', async () => {
    for (const minutes of [1, 2, 10, 20, 45, 90, 1440]) {
      const rows = klines(START, 4, minutes * MINUTE)
      const short = rows.map((row) => row.split(',').slice(0, 6).join(','))
      for (const lines of [rows, [KLINE_HEADER.split(',').slice(0, 6).join(','), ...short]]) {
        const market = await onlyMarket(dumpFolder({ 'klines.csv': csv(...lines) }), { symbol: 'ETHUSDT' })
        expect([market.bucketMs, market.candles.table.length]).toEqual([minutes * MINUTE, 4])
      }
    }
    const week = dumpFolder({ 'klines.csv': csv(...klines(START, 4, 7 * DAY)) })
    await expect(readDump(week, { symbol: 'ETHUSDT' })).rejects.toThrow('klines.csv:1, field close_time: 604800 s after the open')
    const odd = dumpFolder({ 'klines.csv': csv(...klines(START, 4, 7 * MINUTE)) })
    await expect(readDump(odd, { symbol: 'ETHUSDT' })).rejects.toThrow('or another number of minutes that divides a day')
  })

  it('takes a symbol column in small letters for the same symbol', async () => {
    const folder = dumpFolder({
      'ETHUSDT-1m-2024-01.csv': csv(...klines(START, 10)),
      'metrics.csv': csv(METRICS_HEADER, metricsRow(START + FIVE, 'ethusdt', 1)),
      'ETHUSDT-metrics-2024-01-06.csv': csv(METRICS_HEADER, metricsRow(START + 2 * FIVE, 'ethusdt', 2)),
    })
    expect((await onlyMarket(folder)).openInterest.table.length).toBe(2)
  })

  it('takes metrics between the full five minutes for their minute', async () => {
    const times = [MINUTE, 2 * MINUTE + 2000, 3 * MINUTE - 2000, FIVE + 29_000, FIVE + 31_000]
    const folder = dumpFolder({
      'klines.csv': csv(...klines(START, 10)),
      'metrics.csv': csv(METRICS_HEADER, ...times.map((t, i) => metricsRow(START + t, 'ETHUSDT', i))),
    })
    const { time } = (await onlyMarket(folder)).openInterest.table.columns
    expect([...time].map((t) => t - START)).toEqual([MINUTE, 2 * MINUTE, 3 * MINUTE, FIVE, 6 * MINUTE])
  })

  it('passes over the truth beside a simulated market in silence, and no other truth.csv', async () => {
    const truth = 'time,price,long,short\n1,2,3,4\n'
    const market = JSON.stringify({ format: 'faultline-market-1', simulated: true, symbol: 'SIMUSDT' })
    const files = { 'klines.csv': csv(...klines(START, 3)), 'truth.csv': truth, 'notes/truth.csv': truth }
    const { markets, skipped } = await readDump(dumpFolder({ ...files, 'market.json': market }))
    expect(markets.map((m) => m.symbol)).toEqual(['SIMUSDT'])
    expect(skipped.flatMap((s) => s.files)).toEqual(['notes/truth.csv'])
    const real = await readDump(dumpFolder(files), { symbol: 'ETHUSDT' })
    expect(real.skipped.flatMap((s) => s.files)).toEqual(['notes/truth.csv', 'truth.csv'])
  })

  it('uses the finest candles unless --interval chooses, and says what it left aside', async () => {
    const folder = dumpFolder({
      'klines/ETHUSDT/1m/ETHUSDT-1m-2024-01.csv': csv(...klines(START, 5)),
      'klines/ETHUSDT/1h/ETHUSDT-1h-2024-01.csv': csv(...klines(START, 5, 60 * MINUTE)),
      'klines/ETHUSDT/3d/ETHUSDT-3d-2024-01.csv': 'candles of three days',
    })
    const finest = await readDump(folder)
    expect(finest.markets.map((m) => m.bucketMs)).toEqual([MINUTE])
    expect(finest.skipped.map((s) => s.files[0])).toEqual([
      'klines/ETHUSDT/3d/ETHUSDT-3d-2024-01.csv',
      'klines/ETHUSDT/1h/ETHUSDT-1h-2024-01.csv',
    ])
    const chosen = await readDump(folder, { interval: '1h' })
    expect(chosen.markets.map((m) => m.bucketMs)).toEqual([60 * MINUTE])
    await expect(readDump(folder, { interval: '5m' })).rejects.toThrow('no klines to read')
    await expect(readDump(folder, { interval: '7m' })).rejects.toThrow('--interval: "7m" is not one of 1m, 3m')
  })

  it('does not open what it does not need, and finds the finest also where no name tells', async () => {
    const named = { 'ETHUSDT-1m-2024-01.csv': csv(...klines(START, 5)), 'ETHUSDT-1h-2024-01.csv': 'not even read' }
    expect((await onlyMarket(dumpFolder(named))).bucketMs).toBe(MINUTE)
    const plain = {
      'a/klines.csv': csv(...klines(START, 5, FIVE)),
      'b/klines.csv': csv(...klines(START, 5)),
      'c/klines.csv': csv(...klines(START, 5, DAY)),
    }
    const { markets, skipped } = await readDump(dumpFolder(plain), { anonymousSymbol: 'UNNAMED' })
    expect(markets.map((m) => [m.bucketMs, m.candles.place(0).file])).toEqual([[MINUTE, 'b/klines.csv']])
    expect(skipped.map((s) => s.files)).toEqual([['a/klines.csv'], ['c/klines.csv']])
  })

  it('leaves other tables of the dumps aside', async () => {
    const folder = dumpFolder({
      'klines/BTCUSDT/1m/BTCUSDT-1m-2024-01.csv': csv(...klines(START, 3)),
      'markPriceKlines/BTCUSDT/1m/BTCUSDT-1m-2024-01.zip': 'no zip at all',
      'BTCUSDT-aggTrades-2024-01.csv': '1,2,3',
      'klines/BTCUSD_PERP/1m/BTCUSD_PERP-1m-2024-01.csv': csv(...klines(START, 3)),
    })
    const { markets, skipped } = await readDump(folder)
    expect(markets.map((m) => m.symbol)).toEqual(['BTCUSDT'])
    expect(skipped.map((s) => s.reason).sort()).toEqual([
      'aggTrades are not used',
      'coin-margined contracts are not read yet',
      'markPriceKlines are not used',
    ])
  })
})

it('gives each market its own brackets, and a table that could be of either to none', async () => {
  const two = { 'ETHUSDT-1m-2024-01.csv': csv(...klines(START, 3)), 'SOLUSDT-1m-2024-01.csv': csv(...klines(START, 3)) }
  const bracketsOf = async (files: Record<string, string>) => {
    const { markets, skipped } = await readDump(dumpFolder({ ...two, ...files }))
    return [markets.map((m) => m.brackets), skipped.map((s) => s.reason)]
  }
  const answer = '[{"symbol":"SOLUSDT","brackets":[1]},{"symbol":"ETHUSDT","brackets":[2]}]'
  expect(await bracketsOf({ 'brackets.json': answer })).toEqual([[[2], [1]], []])
  expect(await bracketsOf({ 'ETHUSDT-brackets.json': '[3]' })).toEqual([[[3], null], []])
  expect(await bracketsOf({ 'brackets.json': '[4]' })).toEqual([[null, null], ['brackets of no market that was read']])
})

describe('snapping', () => {
  it('takes rows up to 30 s off for the boundary that they mean, in candles, open interest and funding', async () => {
    const late = (line: string, ms: number) => line.replace(/^\d+/, (t) => String(Number(t) + ms))
    const [a, b] = klines(START, 2, FIVE) as [string, string]
    const folder = dumpFolder({
      'klines.csv': csv(late(a, 30_000), late(b, -30_000)),
      'metrics.csv': csv(METRICS_HEADER, metricsRow(START + FIVE + 2000, 'ETHUSDT', 1), metricsRow(START + 2 * FIVE - 2000, 'ETHUSDT', 2)),
      'fundingRate.csv': csv(FUNDING_HEADER, `${START + 29_000},8,0.1`),
    })
    const market = await onlyMarket(folder)
    expect([...market.candles.table.columns.openTime]).toEqual([START, START + FIVE])
    expect([...market.openInterest.table.columns.time]).toEqual([START + FIVE, START + 2 * FIVE])
    expect([...market.funding.table.columns.time]).toEqual([START])
  })

  it('counts rows that become the same by snapping once', async () => {
    const folder = dumpFolder({
      'klines.csv': csv(...klines(START, 2)),
      'metrics.csv': csv(METRICS_HEADER, metricsRow(START + FIVE, 'ETHUSDT', 1), metricsRow(START + FIVE + 2000, 'ETHUSDT', 1)),
    })
    expect((await onlyMarket(folder)).openInterest.table.length).toBe(1)
  })
})

it('fills a value that one file leaves out from another one', async () => {
  const rich = kline({ time: START })
  const poor = rich
    .split(',')
    .map((field, i) => ([7, 9].includes(i) ? '' : field))
    .join(',')
  const folder = dumpFolder({ 'BTCUSDT-1m-2024-01-05.csv': csv(poor), 'BTCUSDT-1m-2024-01.csv': csv(rich) })
  const { columns, length } = (await onlyMarket(folder)).candles.table
  expect([length, columns.quoteVolume[0], columns.takerBuyVolume[0]]).toEqual([1, 1010, 6])
})

it('tells how far it is', async () => {
  const folder = dumpFolder({
    'BTCUSDT-1m-2024-01.csv': csv(...klines(START, 3)),
    'BTCUSDT-1m-2024-02.csv': csv(...klines(START + DAY, 3)),
  })
  const seen: number[] = []
  let total = 0
  await readDump(folder, {
    onProgress: (p) => {
      seen.push(p.done)
      total = p.total
    },
  })
  expect(seen).toEqual([...seen].sort((a, b) => a - b))
  expect(seen.at(-1)).toBe(total)
})

const dataDir = process.env.FAULTLINE_DATA_DIR
const real = dataDir === undefined ? '' : join(dataDir, 'binance-dump')
it.runIf(real !== '' && existsSync(real))('reads the real ETHUSDT and SOLUSDT', async () => {
  const { markets, skipped } = await readDump(real)
  expect(markets.map((m) => m.symbol)).toEqual(['ETHUSDT', 'SOLUSDT'])
  expect(markets.map((m) => [m.bucketMs, m.candles.table.length, m.openInterest.table.length, m.funding.table.length])).toEqual([
    [FIVE, 27_191, 55_296, 546],
    [FIVE, 27_203, 55_296, 546],
  ])
  expect(skipped.map((s) => s.symbol).sort()).toEqual(['ARBUSDT', 'AVAXUSDT', 'DOGEUSDT', 'WIFUSDT'])
  expect(at(markets, 0).openInterest.table.columns.time.every((t) => t % FIVE === 0)).toBe(true)
  expect(dateTime(at([...at(markets, 0).candles.table.columns.openTime], 0))).toBe('2025-12-01 00:05:00')
})
