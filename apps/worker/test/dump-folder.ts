import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import { onTestFinished } from 'vitest'

/** A folder with these files that is gone when the test ends. */
export function dumpFolder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-dump-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

/** A deflated zip of these files. */
export function zipOf(files: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, text] of Object.entries(files)) {
    const raw = Buffer.from(text)
    const packed = deflateRawSync(raw)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(8, 4)
    common.writeUInt32LE(crc32(raw), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(raw.length, 18)
    common.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, Buffer.from(name), packed])
    const central = Buffer.concat([Buffer.from('PK\u0001\u0002'), Buffer.from([20, 0]), common, Buffer.alloc(14), Buffer.from(name)])
    central.writeUInt32LE(offset, 42)
    parts.push(local)
    directory.push(central)
    offset += local.length
  }
  const size = directory.reduce((sum, d) => sum + d.length, 0)
  const end = Buffer.alloc(22)
  end.write('PK\u0005\u0006', 0, 'latin1')
  end.writeUInt16LE(directory.length, 8)
  end.writeUInt16LE(directory.length, 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, ...directory, end])
}

export const KLINE_HEADER =
  'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore'
export const METRICS_HEADER =
  'create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio'
export const FUNDING_HEADER = 'calc_time,funding_interval_hours,last_funding_rate'
export const LIQUIDATION_HEADER =
  'time,side,order_type,time_in_force,original_quantity,price,average_price,order_status,last_fill_quantity,accumulated_fill_quantity'

/** 2024-01-05 00:00 UTC */
export const START = Date.UTC(2024, 0, 5)
export const MINUTE = 60_000

export interface Candle {
  time: number
  intervalMs?: number
  open?: number | string
  high?: number | string
  low?: number | string
  close?: number | string
  volume?: number | string
  taker?: number | string
}

export const kline = ({
  time,
  intervalMs = MINUTE,
  open = 100,
  high = 102,
  low = 99,
  close = 101,
  volume = 10,
  taker = 6,
}: Candle): string => `${time},${open},${high},${low},${close},${volume},${time + intervalMs - 1},1010,42,${taker},606,0`

/** `count` rising candles. */
export const klines = (from: number, count: number, intervalMs = MINUTE): string[] =>
  Array.from({ length: count }, (_, i) =>
    kline({ time: from + i * intervalMs, intervalMs, open: 100 + i / 10, high: 102 + i / 10, low: 99 + i / 10, close: 100.1 + i / 10 }),
  )

/** `2024-01-05 00:05:00` */
export const dateTime = (time: number): string => new Date(time).toISOString().slice(0, 19).replace('T', ' ')

export const metricsRow = (time: number, symbol: string, openInterest: number | string, ratios = ',,,'): string =>
  `${dateTime(time)},${symbol},${openInterest},${Number(openInterest) * 100},${ratios}`

export const csv = (...lines: string[]): string => `${lines.join('\n')}\n`

/** An element that must be there. */
export function at<T>(list: readonly T[], index: number): T {
  const value = list[index]
  if (value === undefined) throw new Error(`nothing at ${index} of ${list.length}`)
  return value
}
