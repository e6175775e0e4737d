'use client'
import { formatAge } from '@faultline/ui/format'
import { messages } from '../../messages.ts'
import { shareText, together } from './prepare/near.ts'
import type { ObservedNow } from './server/schema.ts'

const text = messages.observed

/** What the dashed lines are, how much of the market they are, and how old. `now`: our clock, UTC ms. */
export function ObservedLegend({ observed, venue, now }: { observed: ObservedNow; venue: string | null; now: number }) {
  return (
    <p className="pointer-events-none absolute top-2 left-2 z-10 flex max-w-[calc(100%-84px)] flex-wrap items-center gap-x-2 rounded-md border border-line bg-s1/90 px-2 py-1 text-[11px] leading-[15px] text-t2">
      <span aria-hidden="true" className="inline-block w-6 flex-none border-t-2 border-dashed border-accfg" />
      <span className="font-medium text-t1">{text.legend}</span>
      <ObservedShare observed={observed} venue={venue} now={now} brief />
    </p>
  )
}

/**
 * `12 % of open interest observed, oldest answer 3 min ago`; `venue`: of a sum, whose open interest; `brief`: on phones without the age,
 * which the panel says.
 */
export function ObservedShare({
  observed,
  venue,
  now,
  brief = false,
}: {
  observed: ObservedNow
  venue: string | null
  now: number
  brief?: boolean
}) {
  const facts = together(observed.instruments)
  if (!facts) return null
  const age = facts.oldestAt === null ? null : formatAge(Math.max(0, now - facts.oldestAt))
  return (
    <span>
      {facts.share === null ? text.shareUnknown : text.share(shareText(facts.share), venue)}
      {age !== null && <span className={brief ? 'hidden phone:inline' : ''}>, {text.oldest(age)}</span>}
    </span>
  )
}
