import { formatAge, formatPriceRange, formatUsd } from '@faultline/ui/format'
import { Badge } from '@faultline/ui/react/badge'
import { Panel } from '@faultline/ui/react/panel'
import { TrendingDown, TrendingUp } from 'lucide-react'
import Link from 'next/link'
import { messages } from '../../messages.ts'
import { heatmapPath } from '../heatmap/prepare/heatmap-path.ts'
import { shortName } from '../venues/prepare/words.ts'
import type { ScreenerBreakout } from './server/schema.ts'

const text = messages.screener.breakouts
/** More than this is no ratio that says anything: next to no book stood there. */
const MOST_N = 99
const JUST_NOW_MS = 60_000

/** The newest breakouts of all markets. */
export function BreakoutsFeed({
  breakouts,
  live,
  className = '',
}: {
  breakouts: readonly ScreenerBreakout[]
  live: boolean
  className?: string
}) {
  return (
    <Panel
      flush
      title={
        <span className="flex items-center gap-2">
          {text.title}
          <Badge tone={live ? 'ok' : 'warn'}>{live ? text.live : text.offline}</Badge>
        </span>
      }
      className={`flex flex-col [&>.fl-panel-flush]:flex [&>.fl-panel-flush]:min-h-0 [&>.fl-panel-flush]:flex-1 [&>.fl-panel-flush]:flex-col ${className}`}
    >
      {breakouts.length === 0 ? (
        <p className="flex-1 p-4 text-t2">{text.none}</p>
      ) : (
        <ul className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
          {breakouts.map((breakout) => (
            <Entry key={`${breakout.key} ${breakout.time} ${breakout.side} ${breakout.low}`} breakout={breakout} />
          ))}
        </ul>
      )}
      <p className="flex-none border-t border-line px-4 py-2 text-[11px] text-t3">{text.note}</p>
    </Panel>
  )
}

function Entry({ breakout: { key, venue, symbol, simulated, side, age, low, high, usd, n } }: { breakout: ScreenerBreakout }) {
  // A zone of longs lies below: price fell into it.
  const Icon = side === 'long' ? TrendingDown : TrendingUp
  const branching = n > MOST_N ? text.nLarge : text.n(n.toFixed(2))
  return (
    <li className="border-b border-line last:border-b-0">
      <Link href={heatmapPath(key)} prefetch={false} className="flex gap-2.5 px-4 py-2.5 hover:bg-s2 focus-visible:-outline-offset-2">
        <span className="mt-0.5 flex size-6 flex-none items-center justify-center rounded-md bg-s3">
          <Icon size={14} aria-hidden="true" className={side === 'long' ? 'text-long' : 'text-short'} />
        </span>
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span className="min-w-0 flex-1">
              <span className="font-semibold break-words text-t1">{symbol}</span> <span className="text-t2">{text.entered[side]}</span>
            </span>
            <span className="flex-none text-t3">{age < JUST_NOW_MS ? text.now : text.ago(formatAge(age))}</span>
          </span>
          <span className="mt-1 block text-[11px] leading-[15px] text-t2">
            {text.zone(formatPriceRange(low, high), formatUsd(usd), messages.screener.kpi[side === 'long' ? 'longs' : 'shorts'])} ·{' '}
            {branching}
          </span>
          <span className="mt-0.5 block text-[11px] leading-[15px] text-t3">
            {shortName(venue)}
            {simulated && ` · ${messages.simulated.tag}`}
          </span>
        </span>
      </Link>
    </li>
  )
}
