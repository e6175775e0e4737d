/** What a dump must not contain: each case is refused with the file, the line and the field, and nothing is returned. */
import { gzipSync } from 'node:zlib'
import { FaultlineError } from '@faultline/market/errors'
import { describe, expect, it } from 'vitest'
import {
  csv,
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
import { readDump } from './read-dump.ts'

const FIVE = 5 * MINUTE
const KLINES = 'BTCUSDT-1m-2024-01.csv'
const METRICS = 'BTCUSDT-metrics-2024-01-05.csv'
const FUNDING = 'BTCUSDT-fundingRate-2024-01.csv'
const LIQUIDATIONS = 'BTCUSDT-liquidationSnapshot-2024-01-05.csv'
const good = { [KLINES]: csv(KLINE_HEADER, ...klines(START, 10)) }

async function refusal(files: Record<string, string | Uint8Array>, options = {}): Promise<FaultlineError> {
  const error = await readDump(dumpFolder(files), options).then(
    () => null,
    (e: unknown) => e,
  )
  expect(error).toBeInstanceOf(FaultlineError)
  expect((error as FaultlineError).code).toBe('bad_input')
  return error as FaultlineError
}

/** A kline file whose fourth line (third row) is `row`. */
const badKline = (row: string) => ({ [KLINES]: csv(KLINE_HEADER, ...klines(START, 2), row, ...klines(START + 3 * MINUTE, 2)) })
const third = START + 2 * MINUTE

describe('a candle', () => {
  it.each([
    ['malformed price', kline({ time: third, open: '1o0' }), 'open', 'is not a finite number'],
    ['hexadecimal price', kline({ time: third, open: '0x64' }), 'open', 'is not a finite number'],
    ['price with a blank', kline({ time: third, close: ' 101' }), 'close', 'is not a finite number'],
    ['empty price', kline({ time: third, low: '' }), 'low', 'is empty'],
    ['NaN', kline({ time: third, high: 'NaN' }), 'high', 'is not a finite number'],
    ['infinite volume', kline({ time: third, volume: 'Infinity' }), 'volume', 'is not a finite number'],
    ['overflowing volume', kline({ time: third, volume: '1e999' }), 'volume', 'is not a finite number'],
    ['empty volume', kline({ time: third, volume: '' }), 'volume', 'is empty'],
    ['negative volume', kline({ time: third, volume: -1 }), 'volume', 'is negative'],
    ['negative price', kline({ time: third, low: -99 }), 'low', 'is negative'],
    ['zero price', kline({ time: third, open: 0 }), 'open', 'is zero'],
    ['price beyond the grid', kline({ time: third, high: 1e13 }), 'high', 'outside the price grid'],
    ['high below low', kline({ time: third, high: 98, low: 99, open: 98.5, close: 98.5 }), 'high', 'below the low'],
    ['high below close', kline({ time: third, high: 100.5 }), 'high', 'below the close'],
    ['low above open', kline({ time: third, low: 100.5 }), 'low', 'above the open'],
    ['negative taker volume', kline({ time: third, taker: -1 }), 'taker_buy_volume', 'is negative'],
    ['taker volume above volume', kline({ time: third, taker: 11 }), 'taker_buy_volume', 'more than the volume'],
    ['half a trade', kline({ time: third }).replace(',42,', ',41.5,'), 'count', 'not a number of trades'],
    ['malformed time', kline({ time: third }).replace(/^\d+/, 'yesterday'), 'open_time', 'is not a time'],
    ['time in seconds', kline({ time: third }).replace(/^\d+/, String(third / 1000)), 'open_time', 'seconds are not accepted'],
    ['time with a fraction', kline({ time: third }).replace(/^\d+/, `${third}.5`), 'open_time', 'is not a time'],
    ['closing time of another length', kline({ time: third, intervalMs: FIVE }), 'close_time', '300 s after the open'],
    ['out of order', kline({ time: START }), 'open_time', 'out of order'],
    ['truncated row', kline({ time: third }).slice(0, 25), 'volume', 'fields instead of 12'],
    ['row with too much', `${kline({ time: third })},1`, 'ignore', '13 fields instead of 12'],
    ['binary row', '\u0001\u0002\u0003', 'open', '1 fields instead of 12'],
  ])('%s', async (_, row, field, message) => {
    const error = await refusal(badKline(row))
    expect(error.message).toContain(message)
    expect(error.message).not.toContain('\u0001')
    expect(error.place).toEqual({ file: KLINES, line: 4, field })
    expect(error.message.startsWith(`${KLINES}:4, field ${field}: `)).toBe(true)
  })

  it('off the grid of its interval', async () => {
    const row = kline({ time: START + 2 * FIVE + 31_000, intervalMs: FIVE })
    const error = await refusal({ 'klines.csv': csv(...klines(START, 2, FIVE), row) }, { symbol: 'BTCUSDT' })
    expect(error.place).toEqual({ file: 'klines.csv', line: 3, field: 'open_time' })
  })

  it('of the future, or not closed yet', async () => {
    const future = await refusal({ [KLINES]: csv(...klines(Date.now() - FIVE, 2), ...klines(Date.now() + 2 * FIVE, 1)) })
    expect(future.place).toEqual({ file: KLINES, line: 3, field: 'open_time' })
    expect(future.message).toContain('lies in the future')
    const now = START + 30 * MINUTE
    const open = await refusal({ 'BTCUSDT-1h-2024-01.csv': csv('open_time,open,high,low,close,volume', `${START},1,1,1,1,1`) }, { now })
    expect(open.message).toContain('is not closed yet')
  })

  it('is refused in a zip and in a gzip with the same words', async () => {
    const text = Object.values(badKline(kline({ time: third, open: 0 })))[0] as string
    const zipped = await refusal({ 'BTCUSDT-1m-2024-01.zip': zipOf({ [KLINES]: text }) })
    expect(zipped.place).toEqual({ file: `BTCUSDT-1m-2024-01.zip/${KLINES}`, line: 4, field: 'open' })
    const gzipped = await refusal({ [`${KLINES}.gz`]: gzipSync(text) })
    expect(gzipped.place).toEqual({ file: `${KLINES}.gz`, line: 4, field: 'open' })
  })
})

describe('a row of metrics', () => {
  it.each([
    ['malformed time', `2024-01-05 00:1x:00,BTCUSDT,1,1,,,,`, 'create_time', 'is not a time'],
    ['a day that does not exist', `2024-02-30 00:10:00,BTCUSDT,1,1,,,,`, 'create_time', 'is not a time'],
    ['out of order', metricsRow(START, 'BTCUSDT', 1), 'create_time', 'out of order'],
    ['of the future', `2124-01-05 00:10:00,BTCUSDT,1,1,,,,`, 'create_time', 'lies in the future'],
    ['without open interest', `2024-01-05 00:10:00,BTCUSDT,,1,,,,`, 'sum_open_interest', 'is empty'],
    ['negative open interest', metricsRow(START + 2 * FIVE, 'BTCUSDT', -5), 'sum_open_interest', 'is negative'],
    ['infinite open interest', `2024-01-05 00:10:00,BTCUSDT,inf,1,,,,`, 'sum_open_interest', 'is not a finite number'],
    ['malformed ratio', metricsRow(START + 2 * FIVE, 'BTCUSDT', 5, ',,?,'), 'count_long_short_ratio', 'is not a finite number'],
    ['of another symbol than the file', metricsRow(START + 2 * FIVE, 'ETHUSDT', 5), 'symbol', 'ETHUSDT in a file'],
    ['of no symbol', metricsRow(START + 2 * FIVE, 'eth usdt', 5), 'symbol', 'not a symbol'],
    ['truncated', '2024-01-05 00:10:00,BTCU', 'sum_open_interest', '2 fields instead of 8'],
  ])('%s', async (_, row, field, message) => {
    const error = await refusal({ ...good, [METRICS]: csv(METRICS_HEADER, metricsRow(START + FIVE, 'BTCUSDT', 1), row) })
    expect(error.message).toContain(message)
    expect(error.place).toEqual({ file: METRICS, line: 3, field })
  })
})

describe('a funding rate', () => {
  it.each([
    ['malformed', `${START},8,-`, 'last_funding_rate', 'is not a finite number'],
    ['missing', `${START},8,`, 'last_funding_rate', 'is empty'],
    ['above 100 %', `${START},8,1.5`, 'last_funding_rate', '100 %'],
    ['with a negative interval', `${START},-8,0.1`, 'funding_interval_hours', 'is negative'],
    ['truncated', `${START},8`, 'last_funding_rate', '2 fields instead of 3'],
    ['of the future', `${Date.now() + FIVE},8,0.1`, 'calc_time', 'lies in the future'],
  ])('%s', async (_, row, field, message) => {
    const error = await refusal({ ...good, [FUNDING]: csv(FUNDING_HEADER, row) })
    expect(error.message).toContain(message)
    expect(error.place).toEqual({ file: FUNDING, line: 2, field })
  })
})

describe('a liquidation', () => {
  it.each([
    ['of no side', `${START},LONG,LIMIT,IOC,1,100,100,FILLED,1,1`, 'side', 'neither SELL nor BUY'],
    ['without a price', `${START},SELL,LIMIT,IOC,1,0,0,FILLED,1,1`, 'price', 'above zero'],
    ['without a quantity', `${START},SELL,LIMIT,IOC,0,100,100,FILLED,0,0`, 'original_quantity', 'above zero'],
    ['of a negative quantity', `${START},SELL,LIMIT,IOC,-1,100,100,FILLED,1,1`, 'original_quantity', 'is negative'],
    ['truncated', `${START},SELL,LIMIT`, 'time_in_force', '3 fields instead of 10'],
  ])('%s', async (_, row, field, message) => {
    const error = await refusal({ ...good, [LIQUIDATIONS]: csv(LIQUIDATION_HEADER, row) })
    expect(error.message).toContain(message)
    expect(error.place).toEqual({ file: LIQUIDATIONS, line: 2, field })
  })
})

describe('duplicates that contradict each other name both places', () => {
  it('in two files', async () => {
    const other = klines(START, 10).map((line, i) => (i === 5 ? line.replace(',10,', ',11,') : line))
    const error = await refusal({ ...good, 'BTCUSDT-1m-2024-01-05.csv': csv(...other) })
    expect(error.place).toEqual({ file: KLINES, line: 7, field: 'volume' })
    expect(error.message).toContain('10 contradicts 11 of BTCUSDT-1m-2024-01-05.csv:6 for the same moment (2024-01-05T00:05:00.000Z)')
  })

  it('in one file, also when they meet by snapping', async () => {
    const rows = [metricsRow(START + FIVE, 'BTCUSDT', 1), metricsRow(START + FIVE + 2000, 'BTCUSDT', 2)]
    const error = await refusal({ ...good, [METRICS]: csv(METRICS_HEADER, ...rows) })
    expect(error.place).toEqual({ file: METRICS, line: 3, field: 'sum_open_interest' })
    expect(error.message).toContain(`${METRICS}:2`)
  })

  it('with the name of the ratio', async () => {
    const rows = (ratio: number) => csv(METRICS_HEADER, metricsRow(START + FIVE, 'BTCUSDT', 1, `1,${ratio},1,1`))
    const error = await refusal({ ...good, [METRICS]: rows(2), 'metrics/BTCUSDT/x.csv': rows(3) })
    expect(error.place?.field).toBe('sum_toptrader_long_short_ratio')
  })
})

describe('a file', () => {
  it.each([
    ['empty', { [KLINES]: '' }, { file: KLINES }, 'empty'],
    ['blank', { [KLINES]: '\n\n' }, { file: KLINES }, 'empty'],
    ['empty metrics', { ...good, [METRICS]: '' }, { file: METRICS }, 'empty'],
    ['header only', { [KLINES]: csv(KLINE_HEADER) }, { file: KLINES }, 'no candle'],
    ['plain klines of a header only', { 'klines.csv': csv(KLINE_HEADER) }, { file: 'klines.csv' }, 'no candle'],
    [
      'unknown column',
      { [KLINES]: csv(`${KLINE_HEADER},extra`, ...klines(START, 1)) },
      { file: KLINES, line: 1, field: '"extra"' },
      'wrong columns',
    ],
    [
      'missing column',
      { [KLINES]: csv('open_time,open,high,low,close', `${START},1,1,1,1`) },
      { file: KLINES, line: 1, field: 'volume' },
      'volume is missing',
    ],
    [
      'column twice',
      { [KLINES]: csv('open_time,open,high,low,close,volume,open', `${START},1,1,1,1,1,1`) },
      { file: KLINES, line: 1, field: 'open' },
      'twice',
    ],
    [
      'header of another table',
      { ...good, 'klines.csv': csv(METRICS_HEADER, metricsRow(START, 'BTCUSDT', 1)) },
      { file: 'klines.csv', line: 1, field: '"create_time"' },
      'its header is that of metrics',
    ],
    ['too few columns without header', { [KLINES]: csv(`${START},1,1,1,1,1`) }, { file: KLINES, line: 1, field: 'close_time' }, '6 fields'],
    ['binary', { [KLINES]: Buffer.from([0, 1, 2, 3, 10, 0]) }, { file: KLINES, line: 1 }, 'binary data'],
    ['random letters', { [KLINES]: '\u00e4\u0080\u00ff garbage' }, { file: KLINES, line: 1, field: expect.any(String) }, 'wrong columns'],
    ['one endless line', { [KLINES]: 'x'.repeat(1 << 20) }, { file: KLINES, line: 1 }, 'binary data'],
    ['open quote', { [KLINES]: csv(KLINE_HEADER, ...klines(START, 2), `"${kline({ time: third })}`) }, { file: KLINES, line: 4 }, 'quote'],
    ['no zip', { 'BTCUSDT-1m-2024-01.zip': 'PK but not really a zip' }, { file: 'BTCUSDT-1m-2024-01.zip' }, 'not a whole zip file'],
    [
      'zip cut short',
      { 'BTCUSDT-1m-2024-01.zip': zipOf(good).subarray(0, 200) },
      { file: 'BTCUSDT-1m-2024-01.zip' },
      'not a whole zip file',
    ],
    [
      'zip without a table',
      { 'BTCUSDT-1m-2024-01.zip': zipOf({ 'readme.txt': 'x' }) },
      { file: 'BTCUSDT-1m-2024-01.zip' },
      'without any csv',
    ],
    [
      'gzip cut short',
      { [`${KLINES}.gz`]: gzipSync(good[KLINES] as string).subarray(0, 100) },
      { file: `${KLINES}.gz` },
      'not a whole gzip file',
    ],
    ['no gzip', { [`${KLINES}.gz`]: good[KLINES] as string }, { file: `${KLINES}.gz` }, 'not a whole gzip file'],
    ['brackets that are no JSON', { ...good, 'brackets.json': '[{' }, { file: 'brackets.json' }, 'not JSON'],
    [
      'market.json without a symbol',
      { ...good, 'market.json': '{"format":"faultline-market-1"}' },
      { file: 'market.json', field: 'symbol' },
      'expected string',
    ],
  ])('%s', async (_, files, place, message) => {
    const error = await refusal(files as Record<string, string | Uint8Array>)
    expect(error.place).toEqual(place)
    expect(error.message).toContain(message)
  })

  it('a zip whose content was damaged', async () => {
    const zip = zipOf(good)
    const at = zip.indexOf(KLINES) + KLINES.length + 20
    zip[at] = (zip[at] as number) ^ 0xff
    const error = await refusal({ 'BTCUSDT-1m-2024-01.zip': zip })
    expect(error.place?.file).toContain('BTCUSDT-1m-2024-01.zip')
    const wrongSum = zipOf(good)
    wrongSum.writeUInt32LE(1, wrongSum.indexOf('PK\u0001\u0002') + 16)
    expect((await refusal({ 'BTCUSDT-1m-2024-01.zip': wrongSum })).message).toContain('checksum')
  })
})

describe('a folder', () => {
  it('empty, missing, a file, or with nothing of use', async () => {
    expect((await refusal({})).message).toContain('no dump files in it')
    expect((await refusal({ 'README.md': 'x', '.hidden.csv': 'x' })).message).toContain('no dump files in it')
    await expect(readDump('/nowhere/at/all')).rejects.toThrow('/nowhere/at/all: no such folder')
    await expect(readDump(`${dumpFolder({ 'a.csv': 'x' })}/a.csv`)).rejects.toThrow('not a folder')
    const error = await refusal({ [METRICS]: csv(METRICS_HEADER, metricsRow(START, 'BTCUSDT', 1)), 'truth.csv': 'time,price\n1,2\n' })
    expect(error.message).toContain('no klines to read')
    expect(error.message).toContain(`${METRICS}: no klines of BTCUSDT`)
  })

  it('two markets and a file that could be of either', async () => {
    const files = { ...good, 'ETHUSDT-1m-2024-01.csv': csv(...klines(START, 3)), 'fundingRate.csv': csv(`${START},8,0.1`) }
    const error = await refusal(files)
    expect(error.message).toContain('fundingRate.csv: names no symbol, and the folder holds several (BTCUSDT, ETHUSDT)')
    const { markets } = await readDump(dumpFolder(files), { symbol: 'ETHUSDT' })
    expect(markets.map((m) => m.funding.table.length)).toEqual([0, 1])
  })

  it('other brackets twice', async () => {
    const error = await refusal({ ...good, 'brackets.json': '[1]', 'a/brackets.json': '[2]' })
    expect(error.message).toBe('brackets.json: other brackets for BTCUSDT than in a/brackets.json; keep one of the two')
  })
})
