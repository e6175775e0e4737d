import { formatFunding, formatPercent, formatPrice, formatUsd } from '@faultline/ui/format'
import { StickyNote } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { heatmapPath } from '../heatmap/prepare/heatmap-path.ts'
import { Change } from '../instruments/change.tsx'
import { nearestOf } from '../screener/prepare/columns.ts'
import { riskLevel } from '../screener/prepare/rows.ts'
import { sparkPath } from '../screener/prepare/spark-path.ts'
import { venueOf } from '../screener/prepare/venue-of.ts'
import type { ScreenerReading, ScreenerRow } from '../screener/server/schema.ts'
import { figure, MISSING } from '../shell/prepare/format.ts'
import type { ShortName } from './prepare/order.ts'

const text = messages.watchlists
const SPARK = { width: 44, height: 16 }
const RISK = { calm: 'text-ok', elevated: 'text-warn', high: 'text-err' } as const
const TINT = {
  calm: 'bg-[color-mix(in_srgb,var(--fl-ok)_8%,var(--fl-s1))]',
  elevated: 'bg-[color-mix(in_srgb,var(--fl-warn)_8%,var(--fl-s1))]',
  high: 'bg-[color-mix(in_srgb,var(--fl-err)_8%,var(--fl-s1))]',
} as const

export interface CompactRowProps {
  instrument: string
  note: string
  /** null: not known any more; undefined: not read yet */
  row: ScreenerRow | null | undefined
  /** undefined: by its key */
  short: ShortName | undefined
  /** appended to the heatmap's address */
  query: string
  grip: ReactNode
}

/** One market in two lines: symbol, risk, a day, price; open interest and its change, nearest cluster, change. */
export function CompactRow({ instrument, note, row, short, query, grip }: CompactRowProps) {
  const symbol = row?.symbol ?? instrument.split(':')[1] ?? instrument
  const reading = row?.reading ?? null
  return (
    <>
      {/* Takes no room from the figures until somebody is at the row. */}
      {grip && (
        <span className="absolute inset-y-0 left-0 flex items-center opacity-0 focus-within:opacity-100 group-hover:opacity-100 group-focus:opacity-100">
          {grip}
        </span>
      )}
      <div className="grid h-full grid-cols-[minmax(0,1fr)_50px_minmax(60px,auto)] content-center gap-x-1.5 gap-y-0.5 px-3">
        <span className="flex min-w-0 items-center gap-1.5">
          <Link
            href={`${heatmapPath(instrument)}${query}`}
            prefetch={false}
            tabIndex={-1}
            draggable={false}
            title={row ? `${symbol} · ${venueOf(row)}` : instrument}
            className="min-w-0 truncate text-[13px] leading-[18px] font-semibold text-t1"
          >
            <bdi>{short?.name ?? symbol}</bdi>
          </Link>
          {reading?.risk != null && <Risk value={reading.risk} />}
          {note !== '' && (
            <span title={note} className="flex-none text-t3">
              <StickyNote size={11} role="img" aria-label={note} />
            </span>
          )}
        </span>
        {reading ? (
          <>
            <Spark reading={reading} />
            <span className="text-right text-[13px] leading-[18px] font-semibold text-t1">{figure(reading.price, formatPrice)}</span>
            <Interest reading={reading} simulated={row?.simulated ?? false} venue={row && short?.withVenue ? venueOf(row) : null} />
            <Cluster reading={reading} />
            <span className="text-right text-[11px] leading-[14px] font-medium">
              {reading.change24h === null ? MISSING : <Change ratio={reading.change24h} />}
            </span>
          </>
        ) : row === undefined ? (
          <>
            <Bar className="w-11" />
            <Bar className="w-14" />
            <Bar className="col-span-2 w-24" />
            <Bar className="w-11" />
          </>
        ) : (
          <>
            <span />
            <span className="text-right text-[13px] leading-[18px] text-t3">{MISSING}</span>
            <span className="col-span-3 truncate text-[11px] leading-[14px] text-t3">
              {row === null ? text.gone : text.waiting[row.waiting ?? 'map']}
            </span>
          </>
        )}
      </div>
    </>
  )
}

function Risk({ value }: { value: number }) {
  const level = riskLevel(value)
  const words = text.risk(String(Math.round(value)), messages.screener.levels[level].toLowerCase())
  return (
    <span title={words} className={`flex-none rounded-sm px-1 text-[11px] leading-[16px] font-semibold ${RISK[level]} ${TINT[level]}`}>
      <span aria-hidden="true">{Math.round(value)}</span>
      <span className="sr-only">{words}</span>
    </span>
  )
}

function Spark({ reading }: { reading: ScreenerReading }) {
  const path = sparkPath(reading.sparkline, SPARK.width, SPARK.height)
  if (path === '') return <span />
  const { change24h } = reading
  const colour = change24h === null || change24h === 0 ? 'text-t3' : change24h > 0 ? 'text-up' : 'text-dn'
  return (
    <svg aria-hidden="true" width={SPARK.width} height={SPARK.height} viewBox={`0 0 ${SPARK.width} ${SPARK.height}`} className={colour}>
      <path d={path} fill="none" stroke="currentColor" strokeWidth={1.25} strokeLinejoin="round" />
    </svg>
  )
}

const signed = (ratio: number) => formatPercent(ratio, { sign: true })

/** Of several that trade it, where: its change stands in the title then. */
function Interest({ reading, simulated, venue }: { reading: ScreenerReading; simulated: boolean; venue: string | null }) {
  const [usd, change] = [figure(reading.openInterestUsd, formatUsd), figure(reading.openInterestChange24h, signed)]
  const words = text.interest(usd, change, figure(reading.funding8h, formatFunding))
  return (
    <span title={words} className={`truncate text-[11px] leading-[14px] ${simulated ? 'text-warn' : 'text-t3'}`}>
      {venue !== null ? `${venue} · ${usd}` : simulated ? `${messages.screener.simulated} · ${usd}` : `${usd} · ${change}`}
    </span>
  )
}

function Cluster({ reading }: { reading: ScreenerReading }) {
  const nearest = nearestOf(reading)
  if (!nearest)
    return (
      <span title={messages.screener.noCluster} className="text-[11px] leading-[14px] text-t3">
        {MISSING}
      </span>
    )
  const distance = signed(nearest.distance)
  return (
    <span
      title={text.cluster(`${distance}, ${formatUsd(nearest.usd)}`)}
      className={`text-[11px] leading-[14px] font-medium whitespace-nowrap ${nearest.side === 'long' ? 'text-long' : 'text-short'}`}
    >
      <span aria-hidden="true">◆ </span>
      {distance}
    </span>
  )
}

export const Bar = ({ className }: { className: string }) => (
  <span aria-hidden="true" className={`my-1 block h-2.5 self-center rounded-sm bg-s3 ${className}`} />
)
