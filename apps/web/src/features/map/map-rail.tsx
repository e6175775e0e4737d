'use client'
import { formatAge, formatPercent, formatPrice, formatUsd } from '@faultline/ui/format'
import type { MapProfile } from '@faultline/ui/map/profile'
import { Info } from 'lucide-react'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'
import type { CurrentReadings } from '../readings/server/schema.ts'
import { type Contribution, largestClusters, leverageTable, type PriceRange, totalsOf } from './prepare/figures.ts'

const text = messages.map

export interface MapRailProps {
  readings: CurrentReadings
  /** what is drawn: with the classes of leverage that are shown */
  profile: MapProfile
  range: PriceRange
  now: number
  /** venues of a sum; null of one venue's instrument */
  contribution: ReactNode
}

/** Figures of what is on screen, and where they come from. */
export function MapRail({ readings, profile, range, now, contribution }: MapRailProps) {
  const leverage = leverageTable(readings, range)
  return (
    <>
      <Imbalance {...totalsOf(profile, range)} />
      {contribution}
      <Section id="map-leverage" title={text.leverage.title} lead={text.leverage.lead}>
        {leverage === null ? (
          <p className="mt-1 text-t2">{text.leverageUnknown}</p>
        ) : (
          <Table heads={[text.leverage.tier, text.leverage.longs, text.leverage.shorts]}>
            {leverage.map((row) => (
              <tr key={row.name}>
                <th scope="row" className="h-7 text-left font-medium">
                  {row.name}
                </th>
                <td className="text-right font-semibold">{formatUsd(row.longUsd)}</td>
                <td className="text-right font-semibold">{formatUsd(row.shortUsd)}</td>
              </tr>
            ))}
          </Table>
        )}
      </Section>
      <Clusters readings={readings} range={range} />
      <section aria-labelledby="map-provenance" data-testid="map-provenance" className="px-4 py-3.5">
        <h2 id="map-provenance" className="flex items-center gap-2 text-[12px] leading-[16px] font-semibold">
          <Info size={14} aria-hidden="true" className="text-accfg" />
          {messages.estimated.title}
        </h2>
        <p className="mt-1 text-[11px] leading-[15px] text-t3">
          {text.provenance(readings.modelVersion, formatAge(now - readings.bucket - readings.bucketMs))}
        </p>
        <p className="mt-1 text-[11px] leading-[15px] text-t3">{messages.estimated.why}</p>
        {readings.simulated && <p className="mt-1 text-[11px] leading-[15px] text-warn">{messages.simulated.why}</p>}
      </section>
    </>
  )
}

function Imbalance({ longUsd, shortUsd }: { longUsd: number; shortUsd: number }) {
  const { title, lead, longs, shorts } = text.imbalance
  return (
    <Section id="map-imbalance" title={title} lead={lead}>
      <div aria-hidden="true" className="mt-2 flex h-2 gap-0.5 overflow-hidden rounded-sm bg-s3">
        <span className="bg-long" style={{ flexGrow: longUsd }} />
        <span className="bg-short" style={{ flexGrow: shortUsd }} />
      </div>
      <dl className="mt-2 flex justify-between">
        <div className="flex flex-col-reverse">
          <dt className="text-[11px] text-t3">{longs}</dt>
          <dd className="text-[15px] leading-5 font-semibold text-long">{formatUsd(longUsd)}</dd>
        </div>
        <div className="flex flex-col-reverse text-right">
          <dt className="text-[11px] text-t3">{shorts}</dt>
          <dd className="text-[15px] leading-5 font-semibold text-short">{formatUsd(shortUsd)}</dd>
        </div>
      </dl>
    </Section>
  )
}

function Clusters({ readings, range }: { readings: CurrentReadings; range: PriceRange }) {
  const rows = largestClusters(readings.clusters, range)
  const { title, price, distance, usd, none } = text.clusters
  return (
    <Section id="map-clusters" title={title} lead={text.imbalance.lead}>
      {rows.length === 0 ? (
        <p className="mt-1 text-t2">{none}</p>
      ) : (
        <Table heads={[price, distance, usd]}>
          {rows.map((row) => (
            <tr key={`${row.side}${row.peakPrice}`} className="border-t border-line">
              <th scope="row" className="h-[30px] text-left font-medium">
                <span className={`fl-mark-${row.side}`} aria-hidden="true" />
                {formatPrice(row.peakPrice)}
                <span className="sr-only"> {text.sides[row.side]}</span>
              </th>
              <td className={`text-right ${row.side === 'long' ? 'text-long' : 'text-short'}`}>
                {formatPercent(row.distance, { sign: true })}
              </td>
              <td
                className="text-right font-semibold"
                title={row.band ? `${formatUsd(row.band.p10)} – ${formatUsd(row.band.p90)}` : undefined}
              >
                {formatUsd(row.usd)}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  )
}

/** What each venue of the sum holds, and a switch to take it in or out: the map of other venues is another page. */
export function ContributionPanel({
  rows,
  state,
  control,
}: {
  /** venues in the order that they are shown in */
  rows: readonly (Contribution | { venue: string; name: string; usd: null; share: null })[]
  state: 'loading' | 'ready' | 'error'
  /** the switch of one venue */
  control: (venue: string, name: string) => ReactNode
}) {
  const { title, lead, out, share } = text.contribution
  return (
    <Section id="map-contribution" title={title} lead={lead}>
      {state === 'error' && <p className="mt-1 text-warn">{text.venuesFailed}</p>}
      <ul className="mt-1.5" aria-busy={state === 'loading'}>
        {rows.map((row) => (
          <li key={row.venue} className="grid h-8 grid-cols-[1fr_72px_36px] items-center gap-2 pointer-coarse:h-10">
            {control(row.venue, row.name)}
            <span aria-hidden="true" className="h-1.5 overflow-hidden rounded-sm bg-s3">
              {row.share !== null && <span className="block h-full rounded-sm bg-t2" style={{ width: `${row.share * 100}%` }} />}
            </span>
            {row.share === null ? (
              <span className="text-right text-t3">
                <span aria-hidden="true">–</span>
                <span className="sr-only">{state === 'ready' ? out : text.venuesLoading}</span>
              </span>
            ) : (
              <span
                className="text-right font-semibold"
                title={share(row.name, formatPercent(row.share, { decimals: 0 }), formatUsd(row.usd ?? 0))}
              >
                {formatPercent(row.share, { decimals: 0 })}
              </span>
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Section({ id, title, lead, children }: { id: string; title: string; lead: string; children: ReactNode }) {
  return (
    <section aria-labelledby={id} className="border-b border-line px-4 py-3.5">
      <div className="flex items-baseline gap-1.5">
        <h2 id={id} className="text-[13px] leading-[18px] font-semibold">
          {title}
        </h2>
        <span className="text-t3">{lead}</span>
      </div>
      {children}
    </section>
  )
}

const Table = ({ heads, children }: { heads: readonly string[]; children: ReactNode }) => (
  <table className="mt-1 w-full">
    <thead className="text-[11px] text-t3">
      <tr>
        {heads.map((head, i) => (
          <th key={head} scope="col" className={`h-6 font-normal ${i === 0 ? 'text-left' : 'text-right'}`}>
            {head}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>{children}</tbody>
  </table>
)
