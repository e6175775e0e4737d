'use client'
import { FEED_VENUES } from '@faultline/market/venue'
import { formatFunding, formatPercent, formatUsd } from '@faultline/ui/format'
import { CircleCheck, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { figure, formatShare } from '../shell/prepare/format.ts'
import { sharesOf } from './prepare/venue-choice.ts'
import { coverageLine, shortName, sinceText, withoutLiquidations } from './prepare/words.ts'
import type { SumFacts, SumVenue } from './server/schema.ts'
import { VenueDot } from './share-bar.tsx'

const text = messages.venues

/** Each venue of a sum: whether it is in, how long it was, and what it says by itself. */
export function VenuePanel({ facts }: { facts: SumFacts | null }) {
  if (!facts) return null
  const shares = sharesOf(facts.venues)
  const silent = withoutLiquidations(facts)
  return (
    <section aria-labelledby="venues" data-testid="venue-panel" className="border-b border-line px-4 py-3.5">
      <div className="flex items-baseline gap-1.5">
        <h2 id="venues" className="text-[13px] leading-[18px] font-semibold">
          {text.title}
        </h2>
        <span className="ml-auto text-t3">{coverageLine(facts).count}</span>
      </div>
      <ul className="mt-1">
        {facts.venues.map((venue) => (
          <Venue key={venue.venue} sum={facts} facts={venue} share={shares.find((s) => s.venue === venue.venue)?.share ?? null} />
        ))}
      </ul>
      <p className="mt-2 text-[11px] leading-[15px] text-t3">
        {facts.reference && text.prices(shortName(facts.reference))} {text.funding}{' '}
        {silent.length > 0 && text.withoutLiquidations(silent.join(', '))}
      </p>
    </section>
  )
}

function Venue({ sum, facts, share }: { sum: SumFacts; facts: SumVenue; share: number | null }) {
  const known = FEED_VENUES.find((v) => v === facts.venue)
  const Icon = facts.included ? CircleCheck : TriangleAlert
  const { liquidations } = facts
  return (
    <li className="border-t border-line py-2 first:border-t-0">
      <p className="flex items-center gap-1.5 whitespace-nowrap">
        {known && <VenueDot venue={known} />}
        <span className="font-semibold">{shortName(facts.venue)}</span>
        <span className={`flex items-center gap-1 text-[11px] ${facts.included ? 'text-ok' : 'text-warn'}`}>
          <Icon size={12} aria-hidden="true" />
          {facts.included ? text.in : facts.missingSince === null ? text.notYet : text.since(sinceText(facts.missingSince, sum))}
        </span>
        <span className="ml-auto font-semibold">{figure(facts.openInterestUsd, formatUsd)}</span>
        {share !== null && <span className="w-9 text-right text-t2">{formatPercent(share, { decimals: 0 })}</span>}
      </p>
      <dl className="mt-1 flex flex-wrap gap-x-3 gap-y-0.5 text-[11px] leading-[15px]">
        <Fact label={text.covered}>{formatShare(facts.coveredMs, facts.expectedMs)}</Fact>
        <Fact label={text.funding8h}>{figure(facts.fundingRate8h, formatFunding)}</Fact>
        <Fact label={text.liquidated} title={liquidations?.sampled ? text.sampled : undefined}>
          {liquidations === null ? (
            text.publishesNone
          ) : (
            <>
              <span className="text-long">{formatUsd(liquidations.longUsd)} L</span>
              <span className="text-t3"> / </span>
              <span className="text-short">{formatUsd(liquidations.shortUsd)} S</span>
              {liquidations.priceKinds.length > 0 && (
                <span className="text-t3"> · {liquidations.priceKinds.map((kind) => text.priceKinds[kind]).join(', ')}</span>
              )}
            </>
          )}
        </Fact>
      </dl>
    </li>
  )
}

const Fact = ({ label, title, children }: { label: string; title?: string | undefined; children: ReactNode }) => (
  <div className="flex gap-1" title={title}>
    <dt className="text-t3">{label}</dt>
    <dd className="font-medium">{children}</dd>
  </div>
)
