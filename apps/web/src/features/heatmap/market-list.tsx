'use client'
import { formatFunding, formatPrice, formatUsd } from '@faultline/ui/format'
import Link from 'next/link'
import { messages } from '../../messages.ts'
import { Change } from '../instruments/change.tsx'
import type { InstrumentListItem } from '../instruments/server/list.ts'
import { figure } from '../shell/prepare/format.ts'
import { isListed, isSum, sumsFirst } from '../venues/prepare/venue-choice.ts'
import { nameOf, shortName } from '../venues/prepare/words.ts'
import { heatmapPath } from './prepare/heatmap-path.ts'

/** All markets beside the chart, where no watchlist is chosen: one press away. */
export function MarketList({
  current,
  instruments,
  query,
}: {
  current: string
  instruments: readonly InstrumentListItem[]
  query: string
}) {
  // Of what several venues trade, a name alone does not say which.
  const summed = new Set(instruments.filter(isSum).map((row) => row.summedAs))
  return (
    <>
      <ul className="min-h-0 flex-1 overflow-y-auto">
        {sumsFirst(instruments.filter((row) => isListed(row, current))).map((row) => (
          <li key={row.key}>
            <Link
              href={`${heatmapPath(row.key)}${query}`}
              prefetch={false}
              aria-current={row.key === current ? 'true' : undefined}
              className="grid grid-cols-[1fr_auto] gap-x-2 border-b border-line px-4 py-2.5 hover:bg-s2 aria-[current]:bg-s3 aria-[current]:shadow-[inset_2px_0_var(--fl-acc)]"
            >
              <span className="truncate text-[13px] leading-[18px] font-semibold">
                {nameOf(row).symbol}
                {(isSum(row) || summed.has(row.summedAs)) && (
                  <span className="font-normal text-t3"> · {isSum(row) ? nameOf(row).venue : shortName(row.venue)}</span>
                )}
              </span>
              <span className="text-right text-[13px] leading-[18px] font-semibold">{figure(row.lastClose, formatPrice)}</span>
              <span className="truncate text-[11px] text-t2">
                {row.simulated ? (
                  <span className="text-warn">{messages.simulated.short}</span>
                ) : (
                  `${figure(row.openInterestUsd, formatUsd)} · ${figure(row.fundingRate, formatFunding)}`
                )}
              </span>
              <span className="text-right text-[11px] font-medium">{row.change24h !== null && <Change ratio={row.change24h} />}</span>
            </Link>
          </li>
        ))}
      </ul>
      <p className="flex-none border-t border-line px-4 py-3 text-[11px] leading-[15px] text-t3">{messages.instruments.railNote}</p>
    </>
  )
}
