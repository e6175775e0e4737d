import { formatAge, formatFunding, formatPercent, formatPrice, formatUsd } from '@faultline/ui/format'
import { Badge } from '@faultline/ui/react/badge'
import { Clock, Sigma } from 'lucide-react'
import Link from 'next/link'
import { memo, type ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { heatmapPath } from '../heatmap/prepare/heatmap-path.ts'
import { Change } from '../instruments/change.tsx'
import { figure, MISSING } from '../shell/prepare/format.ts'
import { balanceOf, type ColumnId, liquidatedOf, nearestOf } from './prepare/columns.ts'
import { riskLevel } from './prepare/rows.ts'
import { sparkPath } from './prepare/spark-path.ts'
import { venueOf } from './prepare/venue-of.ts'
import type { ScreenerReading, ScreenerRow } from './server/schema.ts'

const text = messages.screener
/** A change of open interest or a funding beyond these is set in bold. */
const MARKED = { interest: 0.04, funding: 0.0005 }

interface CellProps {
  row: ScreenerRow
  column: ColumnId
  /** how far its newest column is behind those of others, ms; 0: not worth saying */
  behind: number
}

/** One figure of a row that has a reading. */
export const Cell = memo(({ row, column, behind }: CellProps): ReactNode => {
  const { reading } = row
  if (column === 'market') return <Market row={row} behind={behind} />
  if (reading === null) return null
  switch (column) {
    case 'spark':
      return <Spark reading={reading} />
    case 'price':
      return <span className="font-semibold text-t1">{figure(reading.price, formatPrice)}</span>
    case 'change':
      return reading.change24h === null ? MISSING : <Change ratio={reading.change24h} />
    case 'risk':
      return reading.risk === null ? MISSING : <Risk value={reading.risk} />
    case 'asymmetry':
      return <Asymmetry reading={reading} />
    case 'cluster':
      return <Clusters reading={reading} />
    case 'clusterUsd':
      return <span className="font-semibold text-t1">{figure(nearestOf(reading)?.usd, formatUsd)}</span>
    case 'openInterest':
      return figure(reading.openInterestUsd, formatUsd)
    case 'interestChange':
      return <Signed value={reading.openInterestChange24h} marked={MARKED.interest} format={(v) => formatPercent(v, { sign: true })} />
    case 'funding':
      return <Signed value={reading.funding8h} marked={MARKED.funding} format={formatFunding} />
    case 'liquidated':
      return <Liquidated reading={reading} />
  }
})
Cell.displayName = 'Cell'

/** The row opens the heatmap; the link in it is for the pointer's menu and for those who hear the page. */
function Market({ row, behind }: { row: ScreenerRow; behind: number }) {
  return (
    <span className="flex min-w-0 items-center gap-2">
      <span className="flex min-w-0 flex-col phone:flex-row phone:items-baseline phone:gap-2">
        <Link
          href={heatmapPath(row.key)}
          prefetch={false}
          tabIndex={-1}
          title={row.key}
          className="truncate text-[13px] leading-[18px] font-semibold text-t1"
        >
          {row.symbol}
        </Link>
        <span className="truncate text-t3 max-phone:text-[11px] max-phone:leading-[14px] phone:shrink-[999]">{venueOf(row)}</span>
      </span>
      {row.sum && (
        <span title={text.sumWhy} className="flex-none text-t3">
          <Sigma size={12} role="img" aria-label={text.sum} />
        </span>
      )}
      {row.simulated && (
        <Badge tone="warn" icon={null} title={messages.simulated.why} className="flex-none">
          <span aria-hidden="true">{text.simulated}</span>
          <span className="sr-only">{messages.simulated.short}</span>
        </Badge>
      )}
      {behind > 0 && (
        <span title={text.old(formatAge(behind))} className="flex-none text-warn">
          <Clock size={12} role="img" aria-label={text.old(formatAge(behind))} />
        </span>
      )}
    </span>
  )
}

const SPARK = { width: 58, height: 18 }

function Spark({ reading }: { reading: ScreenerReading }) {
  const path = sparkPath(reading.sparkline, SPARK.width, SPARK.height)
  if (path === '') return MISSING
  const change = reading.change24h
  const colour = change === null || change === 0 ? 'text-t3' : change > 0 ? 'text-up' : 'text-dn'
  return (
    <svg
      role="img"
      aria-label={text.spark(figure(change, (ratio) => formatPercent(ratio, { decimals: 2, sign: true })))}
      width={SPARK.width}
      height={SPARK.height}
      viewBox={`0 0 ${SPARK.width} ${SPARK.height}`}
      className={colour}
    >
      <path d={path} fill="none" stroke="currentColor" strokeWidth={1.25} strokeLinejoin="round" />
    </svg>
  )
}

const RISK_TONES = { calm: 'ok', elevated: 'warn', high: 'err' } as const

function Risk({ value }: { value: number }) {
  const level = riskLevel(value)
  return (
    <Badge tone={RISK_TONES[level]} icon={null}>
      <span className="font-semibold">{Math.round(value)}</span> {text.levels[level]}
    </Badge>
  )
}

/** From the middle: longs below to the left, shorts above to the right. */
function Asymmetry({ reading }: { reading: ScreenerReading }) {
  const balance = balanceOf(reading)
  if (balance === null) return MISSING
  const [side, colour, bar] = balance >= 0 ? (['right', 'text-long', 'bg-long'] as const) : (['left', 'text-short', 'bg-short'] as const)
  return (
    <span className="flex items-center gap-2" title={text.asymmetry(formatUsd(reading.longUsd ?? 0), formatUsd(reading.shortUsd ?? 0))}>
      <span aria-hidden="true" className="relative h-4 w-[60px] flex-none">
        <span className="absolute inset-x-0 top-[7px] h-0.5 rounded-sm bg-s3" />
        <span className="absolute inset-y-0.5 left-1/2 w-px bg-t3" />
        <span
          className={`absolute top-[5px] h-1.5 rounded-xs ${bar}`}
          style={{ [side]: '50%', width: `${Math.max(3, Math.abs(balance) * 50)}%` }}
        />
      </span>
      <span className={`w-11 text-right ${colour}`}>
        {Math.abs(balance).toFixed(2)} {balance >= 0 ? text.kpi.long : text.kpi.short}
      </span>
      <span className="sr-only">{text.asymmetry(formatUsd(reading.longUsd ?? 0), formatUsd(reading.shortUsd ?? 0))}</span>
    </span>
  )
}

/** Ends of the line that clusters stand on; what is farther stands at the end. */
const FARTHEST = 0.08

function Clusters({ reading: { below, above, ...reading } }: { reading: ScreenerReading }) {
  const nearest = nearestOf({ ...reading, below, above })
  if (nearest === null)
    return (
      <span className="text-t3" title={text.noCluster}>
        {MISSING}
      </span>
    )
  const distance = (ratio: number) => formatPercent(ratio, { sign: true })
  const words = [
    below && text.clusterBelow(distance(below.distance), formatPrice(below.price), formatUsd(below.usd)),
    above && text.clusterAbove(distance(above.distance), formatPrice(above.price), formatUsd(above.usd)),
  ].filter((word) => word !== null)
  return (
    <span className="flex items-center gap-2" title={words.join('\n')}>
      <span aria-hidden="true" className="relative h-4 w-[72px] flex-none">
        <span className="absolute inset-x-0 top-[7px] h-0.5 rounded-sm bg-s3" />
        <span className="absolute inset-y-0.5 left-1/2 w-px bg-t3" />
        {below && <Diamond at={below.distance} className="bg-long" faint={nearest.side !== 'long'} />}
        {above && <Diamond at={above.distance} className="bg-short" faint={nearest.side !== 'short'} />}
      </span>
      <span className={`w-12 text-right ${nearest.side === 'long' ? 'text-long' : 'text-short'}`}>{distance(nearest.distance)}</span>
      <span className="sr-only">{words.join('; ')}</span>
    </span>
  )
}

function Diamond({ at, className, faint }: { at: number; className: string; faint: boolean }) {
  const left = 50 + 50 * Math.max(-1, Math.min(1, at / FARTHEST))
  const size = faint ? 'size-1 -ml-0.5 top-1.5' : 'size-2 -ml-1 top-1'
  return <span className={`absolute rotate-45 rounded-[1px] ${size} ${className}`} style={{ left: `${left}%` }} />
}

function Signed({ value, marked, format }: { value: number | null; marked: number; format: (value: number) => string }) {
  if (value === null) return MISSING
  return <span className={Math.abs(value) >= marked ? 'font-semibold text-t1' : undefined}>{format(value)}</span>
}

function Liquidated({ reading }: { reading: ScreenerReading }) {
  const usd = liquidatedOf(reading)
  if (usd === null) return <span title={text.notPublished}>{MISSING}</span>
  return (
    <span title={text.liquidated(formatUsd(reading.liquidatedLongUsd ?? 0), formatUsd(reading.liquidatedShortUsd ?? 0))}>
      {formatUsd(usd)}
    </span>
  )
}
