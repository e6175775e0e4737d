/** Which files of a venue's public archive a stretch of time needs. No I/O. */
import { DAY_MS } from '@faultline/market/units'

export const ARCHIVES = ['binance', 'bybit', 'okx'] as const
export type Archive = (typeof ARCHIVES)[number]

/** Where the venues keep them; a copy in a folder has the same paths. */
export const ARCHIVE_BASES: Readonly<Record<Archive, string>> = {
  binance: 'https://data.binance.vision',
  bybit: 'https://public.bybit.com',
  okx: 'https://www.okx.com/cdn/okex/traderecords',
}

export interface ArchiveFile {
  /** below the base, `/` between names */
  path: string
  /** path of its SHA-256, where the archive has one */
  checksum: string | null
  /** the archive may not have it, and nothing is wrong then */
  optional: boolean
}

/** OKX cuts its days at midnight in Hong Kong, eight hours before ours. */
const HONG_KONG_MS = 8 * 3_600_000

/**
 * The files that hold [from, to), UTC ms, the newest first, so that what matters most is there first. Of whole months Binance's
 * monthly files, of the rest the daily ones; the present month and day are not complete anywhere and are left to the venue's REST.
 */
export function planFiles(archive: Archive, symbol: string, { from, to, now }: { from: number; to: number; now: number }): ArchiveFile[] {
  // A day appears in the archive some time after it has ended.
  const end = Math.min(to, Math.floor(now / DAY_MS) * DAY_MS)
  if (end <= from) return []
  if (archive === 'binance') return binance(symbol, from, end, now)
  const shift = archive === 'okx' ? HONG_KONG_MS : 0
  const days = daysOf(from + shift, Math.min(end + shift, Math.floor((now + shift) / DAY_MS) * DAY_MS)).reverse()
  return days.map((day) => {
    const date = dateOf(day)
    const path =
      archive === 'bybit'
        ? `trading/${symbol}/${symbol}${date}.csv.gz`
        : `trades/daily/${date.replaceAll('-', '')}/${symbol}-trades-${date}.zip`
    return { path, checksum: null, optional: true }
  })
}

function binance(symbol: string, from: number, end: number, now: number): ArchiveFile[] {
  const um = 'data/futures/um'
  const file = (span: 'daily' | 'monthly', table: string, name: string): ArchiveFile => {
    const path = `${um}/${span}/${table}/${name}.zip`
    return { path, checksum: `${path}.CHECKSUM`, optional: true }
  }
  const thisMonth = monthOf(now)
  const files: ArchiveFile[] = []
  for (const month of monthsOf(from, end).reverse()) {
    const next = nextMonth(month)
    const whole = from <= month && end >= next && next <= thisMonth
    const days = daysOf(Math.max(from, month), Math.min(end, next)).reverse()
    if (whole) files.push(file('monthly', `klines/${symbol}/1m`, `${symbol}-1m-${dateOf(month).slice(0, 7)}`))
    else for (const day of days) files.push(file('daily', `klines/${symbol}/1m`, `${symbol}-1m-${dateOf(day)}`))
    if (next <= thisMonth) files.push(file('monthly', `fundingRate/${symbol}`, `${symbol}-fundingRate-${dateOf(month).slice(0, 7)}`))
    // Open interest and ratios are there by day only.
    for (const day of days) files.push(file('daily', `metrics/${symbol}`, `${symbol}-metrics-${dateOf(day)}`))
  }
  return files
}

const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10)
const monthOf = (time: number): number => Date.UTC(new Date(time).getUTCFullYear(), new Date(time).getUTCMonth())
const nextMonth = (month: number): number => Date.UTC(new Date(month).getUTCFullYear(), new Date(month).getUTCMonth() + 1)

function daysOf(from: number, to: number): number[] {
  const days: number[] = []
  for (let day = Math.floor(from / DAY_MS) * DAY_MS; day < to; day += DAY_MS) days.push(day)
  return days
}

function monthsOf(from: number, to: number): number[] {
  const months: number[] = []
  for (let month = monthOf(from); month < to; month = nextMonth(month)) months.push(month)
  return months
}
