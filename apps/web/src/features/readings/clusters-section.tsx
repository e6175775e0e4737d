'use client'
import { formatPercent, formatPrice, formatPriceRange, formatUsd } from '@faultline/ui/format'
import { LEVERAGE_CLASSES } from '@faultline/ui/leverage-classes'
import { Button } from '@faultline/ui/react/button'
import { Bell, ChevronDown } from 'lucide-react'
import Link from 'next/link'
import { Fragment, useId, useState } from 'react'
import { messages } from '../../messages.ts'
import type { Fates } from './prepare/earlier-clusters.ts'
import { fatesLike, formatBand } from './prepare/rail-figures.ts'
import { RailBars, RailSection } from './rail-section.tsx'
import type { ClusterReading, CurrentReadings, HistoryReadings } from './server/schema.ts'

const text = messages.readings.clusters
const SHOWN = 8
/** What is kept free while it loads: few markets have more. */
const USUAL = 6
const ROOM = 'min-h-[234px]'

/** The nearest clusters; each opens to its leverage and to what price did at earlier ones like it. */
export function ClustersSection({
  readings,
  history,
  onPrice,
  initiallyOpen = null,
}: {
  readings: CurrentReadings | null
  history: HistoryReadings | null
  onPrice?: ((price: number) => void) | undefined
  /** peak of the cluster that is open at first */
  initiallyOpen?: number | null
}) {
  const [open, setOpen] = useState<number | null>(initiallyOpen)
  if (!readings)
    return (
      <RailSection id="clusters" title={text.title}>
        <div className={ROOM}>
          <RailBars rows={USUAL} />
        </div>
      </RailSection>
    )
  const clusters = readings.clusters.slice(0, SHOWN)
  const left = readings.clusters.length - clusters.length
  if (clusters.length === 0)
    return (
      <RailSection id="clusters" title={text.title}>
        <p className={`text-t2 ${ROOM}`}>{text.none}</p>
      </RailSection>
    )
  return (
    <RailSection id="clusters" title={text.title} end={<AlertLink instrument={readings.instrument} />}>
      <div className={ROOM}>
        {' '}
        <table className="w-full">
          <thead className="text-[11px] text-t3">
            <tr>
              <th scope="col" className="h-6 text-left font-normal">
                {text.columns.price}
              </th>
              <th scope="col" className="text-right font-normal">
                {text.columns.distance}
              </th>
              <th scope="col" className="text-right font-normal">
                {text.columns.usd}
              </th>
              <th scope="col" className="text-right font-normal">
                {text.columns.interval}
              </th>
            </tr>
          </thead>
          <tbody>
            {clusters.map((cluster) => (
              <ClusterRows
                key={`${cluster.side}${cluster.peakPrice}`}
                cluster={cluster}
                history={history}
                open={open === cluster.peakPrice}
                onOpen={() => setOpen(open === cluster.peakPrice ? null : cluster.peakPrice)}
                onPrice={onPrice}
              />
            ))}
          </tbody>
        </table>
        {clusters.some(({ standsOut }) => !standsOut) && <p className="mt-1.5 text-[11px] leading-[15px] text-t3">{text.faint}</p>}
        {left > 0 && <p className="mt-1.5 text-[11px] text-t3">{text.more(String(left))}</p>}
      </div>{' '}
    </RailSection>
  )
}

/** Begins a rule about the clusters of this market. */
const AlertLink = ({ instrument }: { instrument: string }) => (
  <Link
    href={`/alerts?${new URLSearchParams({ new: 'clusterNear', instrument })}`}
    prefetch={false}
    className="inline-flex items-center gap-1 rounded-md text-[11px] font-medium text-accfg hover:underline"
  >
    <Bell size={12} aria-hidden="true" />
    {messages.alerts.fromClusters}
  </Link>
)

function ClusterRows({
  cluster,
  history,
  open,
  onOpen,
  onPrice,
}: {
  cluster: ClusterReading
  history: HistoryReadings | null
  open: boolean
  onOpen: () => void
  onPrice: ((price: number) => void) | undefined
}) {
  const id = useId()
  const { side, peakPrice, distance, usd, band, standsOut } = cluster
  return (
    <Fragment>
      <tr className="border-t border-line">
        <td className="h-[29px]">
          <button
            type="button"
            aria-expanded={open}
            aria-controls={id}
            aria-label={text.details(formatPrice(peakPrice))}
            title={mixOf(cluster)}
            onClick={onOpen}
            className="flex items-center gap-0.5 font-medium hover:text-accfg"
          >
            <Mark side={side} filled={standsOut} />
            <span className="sr-only">{text[side]}</span>
            {formatPrice(peakPrice)}
            <ChevronDown size={12} aria-hidden="true" className={`flex-none text-t3 ${open ? 'rotate-180' : ''}`} />
          </button>
        </td>
        <td className={`text-right ${side === 'long' ? 'text-long' : 'text-short'}`}>{formatPercent(distance, { sign: true })}</td>
        <td className="text-right font-semibold">{formatUsd(usd)}</td>
        <td className="text-right text-[11px] text-t3">{band ? formatBand(band) : '–'}</td>
      </tr>
      <tr id={id} hidden={!open}>
        <td colSpan={4} className="pb-2.5">
          {open && <ClusterDetails cluster={cluster} fates={fatesLike(cluster, history)} onPrice={onPrice} />}
        </td>
      </tr>
    </Fragment>
  )
}

/** A circle for longs, a square for shorts; open where nothing stands out clearly. */
const Mark = ({ side, filled }: { side: 'long' | 'short'; filled: boolean }) => (
  <span
    aria-hidden="true"
    className={
      filled
        ? `fl-mark-${side}`
        : `mr-1.5 inline-block size-2 flex-none border ${side === 'long' ? 'rounded-full border-long' : 'rounded-[2px] border-short'}`
    }
  />
)

function ClusterDetails({
  cluster,
  fates,
  onPrice,
}: {
  cluster: ClusterReading
  fates: Fates | null
  onPrice: ((price: number) => void) | undefined
}) {
  const { side, lowPrice, highPrice, peakPrice, leverage, standsOut } = cluster
  return (
    <div className="rounded-lg bg-s2 p-2.5 text-[11px] leading-[15px]">
      <p className="flex justify-between gap-2">
        <span className="text-t3">{text.range}</span>
        <span className="font-medium">{formatPriceRange(lowPrice, highPrice)}</span>
      </p>
      {!standsOut && <p className="mt-1 text-t2">{text.faintOne}</p>}
      <p className="mt-2 text-t3">{text.leverage}</p>
      {leverage === null ? (
        <p className="text-t2">{text.leverageUnknown}</p>
      ) : (
        <>
          <div aria-hidden="true" className="mt-1 flex h-2 gap-px overflow-hidden rounded-sm">
            {leverage.map((share, i) => (
              <span key={LEVERAGE_CLASSES[i]} style={{ flexGrow: share, background: `var(--fl-leverage-${side}-${i + 1})` }} />
            ))}
          </div>
          <dl className="mt-1 grid grid-cols-5 gap-1">
            {leverage.map((share, i) => (
              <div key={LEVERAGE_CLASSES[i]}>
                <dt className="text-t3">{LEVERAGE_CLASSES[i]}</dt>
                <dd className="font-medium">{formatPercent(share, { decimals: 0 })}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <p className="mt-2 text-t3" title={text.earlierWhy}>
        {text.earlier}
      </p>
      <p className="font-medium">{fates === null ? '–' : fatesInWords(fates)}</p>
      {onPrice && (
        <Button size="small" className="mt-2" onClick={() => onPrice(peakPrice)}>
          {text.show}
        </Button>
      )}
    </div>
  )
}

/** `≤5× 12%, 5–10× 40% …`, for whoever points at a row. */
function mixOf({ leverage }: ClusterReading): string | undefined {
  return leverage?.map((share, i) => `${LEVERAGE_CLASSES[i]} ${formatPercent(share, { decimals: 0 })}`).join(' · ')
}

function fatesInWords({ turned, ranThrough, missed, within }: Fates): string {
  if (turned + ranThrough + missed + within === 0) return text.noEarlier
  return [
    text.turned(String(turned)),
    text.ranThrough(String(ranThrough)),
    ...(within > 0 ? [text.undecided(String(within))] : []),
    text.notReached(String(missed)),
  ].join(' · ')
}
