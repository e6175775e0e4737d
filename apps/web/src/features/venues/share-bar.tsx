'use client'
import { type FeedVenueId, VENUES } from '@faultline/market/venue'
import { formatPercent, formatUsd } from '@faultline/ui/format'
import { messages } from '../../messages.ts'
import type { Share } from './prepare/venue-choice.ts'
import { shortName } from './prepare/words.ts'

const text = messages.venues

const colourOf = (venue: FeedVenueId): string => `var(--app-venue-${VENUES[venue].wire})`

/** The venue's colour beside its name: the legend of the bar. */
export const VenueDot = ({ venue }: { venue: FeedVenueId }) => (
  <span aria-hidden="true" className="size-2 flex-none rounded-[2px]" style={{ background: colourOf(venue) }} />
)

/** How open interest is spread over venues; those that are not in the picture are faint. */
export function ShareBar({
  shares,
  chosen,
  className = '',
}: {
  shares: readonly Share[]
  chosen: readonly FeedVenueId[]
  className?: string
}) {
  if (shares.length === 0) return null
  const words = shares.map(({ venue, share, usd }) => text.share(shortName(venue), formatPercent(share, { decimals: 0 }), formatUsd(usd)))
  return (
    <div
      role="img"
      aria-label={`${text.shares}: ${words.join(', ')}`}
      title={words.join('\n')}
      data-testid="venue-shares"
      className={className}
    >
      <div aria-hidden="true" className="flex h-1.5 gap-px overflow-hidden rounded-sm bg-s3">
        {shares.map(({ venue, share }) => (
          <span
            key={venue}
            className="min-w-px"
            style={{
              flexGrow: share,
              background: chosen.includes(venue) ? colourOf(venue) : `color-mix(in oklab, ${colourOf(venue)} 28%, var(--fl-s3))`,
            }}
          />
        ))}
      </div>
    </div>
  )
}
