'use client'
import { formatFunding, formatPrice, formatUsd } from '@faultline/ui/format'
import { Badge } from '@faultline/ui/react/badge'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { Change } from '../instruments/change.tsx'
import type { InstrumentListItem } from '../instruments/server/list.ts'
import { figure } from '../shell/prepare/format.ts'
import { nameOf } from '../venues/prepare/words.ts'
import { WatchButtons } from '../watchlists/watch-buttons.tsx'
import type { MarketFigures } from './prepare/summary.ts'

const text = messages.heatmap

/** The market's last figures over the chart. Estimates are marked as such. */
export function ChartHeader({
  instrument,
  figures,
  lastBucket,
  within,
  query,
}: {
  instrument: InstrumentListItem
  /** appended to the addresses of other markets' heatmaps */
  query: string
  figures: MarketFigures | null
  /** of the view that `figures` come from */
  lastBucket: number | null
  /** within ±5 % of the price, USD; as in the rail */
  within: { longUsd: number; shortUsd: number } | null
}) {
  const price = figures?.lastPrice ?? instrument.lastClose
  // The list compares buckets; a picture of coarse candles only comes near that.
  const listed = instrument.lastBucket !== null && instrument.lastBucket === lastBucket ? instrument.change24h : null
  const change = listed ?? figures?.change24h ?? null
  const name = nameOf(instrument)
  return (
    <div className="order-first flex flex-none flex-wrap items-center gap-x-4 gap-y-1.5 bg-s1 px-3 py-2 phone:order-none phone:min-h-12 phone:px-4">
      <h1 className="sr-only items-baseline gap-1.5 phone:not-sr-only phone:flex">
        <span className="text-[15px] leading-5 font-semibold">{name.symbol}</span>
        <span className="text-t3">{name.venue}</span>
      </h1>
      {instrument.simulated && (
        <Badge tone="warn" title={messages.simulated.why} className="order-last phone:order-none">
          {messages.simulated.tag}
        </Badge>
      )}
      <div className="flex items-baseline gap-2.5">
        <span
          className="text-[28px] leading-[34px] font-semibold tracking-[-0.03em] phone:text-[20px] phone:leading-[26px] phone:tracking-[-0.015em]"
          data-testid="last-price"
        >
          {figure(price, formatPrice)}
        </span>
        {change !== null && (
          <span title={text.change('24 h')} className="font-medium">
            <Change ratio={change} />
          </span>
        )}
      </div>
      <span className="flex items-center">
        <WatchButtons instrument={instrument.key} symbol={name.symbol} query={query} />
      </span>
      <dl className="ml-auto flex gap-4 border-line2 phone:ml-0 phone:gap-5 phone:border-l phone:pl-4">
        <Figure label={text.openInterest} narrow={text.openInterestNarrow}>
          {figure(figures?.openInterestUsd ?? instrument.openInterestUsd, formatUsd)}
        </Figure>
        <Figure label={text.funding(figures?.fundingHours ? `${figures.fundingHours} h` : '')} narrow={text.funding('')}>
          {figure(figures?.fundingRate ?? instrument.fundingRate, formatFunding)}
        </Figure>
        <Figure label={text.within} className="hidden phone:block">
          {within ? (
            <>
              <span className="text-long">{formatUsd(within.longUsd)} L</span>
              <span className="text-t3"> / </span>
              <span className="text-short">{formatUsd(within.shortUsd)} S</span>
            </>
          ) : (
            '–'
          )}
        </Figure>
      </dl>
    </div>
  )
}

function Figure({ label, narrow, className = '', children }: { label: string; narrow?: string; className?: string; children: ReactNode }) {
  return (
    <div className={`text-right phone:text-left ${className}`}>
      <dt className="text-[11px] leading-[14px] text-t3">
        {narrow === undefined ? label : <ResponsiveLabel wide={label} narrow={narrow} />}
      </dt>
      <dd className="leading-4 font-semibold whitespace-nowrap">{children}</dd>
    </div>
  )
}

const ResponsiveLabel = ({ wide, narrow }: { wide: string; narrow: string }) => (
  <>
    <span className="hidden phone:inline">{wide}</span>
    <span className="phone:hidden">{narrow}</span>
  </>
)
