'use client'
import { Toggle } from '@faultline/ui/react/toggle'
import { useMemo } from 'react'
import { messages } from '../../messages.ts'
import type { InstrumentListItem } from '../instruments/server/list.ts'
import { toggled, type VenueChoice } from '../venues/prepare/venue-choice.ts'
import { shortName } from '../venues/prepare/words.ts'
import { useShowVenues } from '../venues/venue-bar.tsx'
import { ContributionPanel } from './map-rail.tsx'
import { contributions, type PriceRange } from './prepare/figures.ts'
import type { MemberReadings } from './use-map-readings.ts'

/** Venues of a sum with what each of them holds in the shown range; a switch leads to the map of the others. */
export function VenueSwitches({
  choice,
  instruments,
  members,
  price,
  range,
  query,
  pathOf,
}: {
  choice: VenueChoice
  instruments: readonly InstrumentListItem[]
  members: MemberReadings
  price: number
  range: PriceRange
  query: string
  pathOf: (key: string) => string
}) {
  const { busy, error, show } = useShowVenues(choice, instruments, query, pathOf)
  const known = useMemo(() => contributions(members.venues ?? [], price, range), [members.venues, price, range])
  const rest = choice.venues.filter((venue) => !known.some((row) => row.venue === venue))
  const rows = [...known, ...rest.map((venue) => ({ venue, name: shortName(venue), usd: null, share: null }))]
  return (
    <>
      <ContributionPanel
        rows={rows}
        state={members.state === 'none' ? 'ready' : members.state}
        control={(name, label) => {
          const venue = choice.venues.find((known) => known === name)
          const next = venue === undefined ? null : toggled(choice, venue)
          const chosen = choice.chosen.some((known) => known === name)
          return (
            <Toggle
              label={label}
              checked={chosen}
              disabled={busy || next === null}
              onChange={() => next && show(next, venue)}
              className="min-w-0 [&_button]:flex-none [&_label]:truncate"
            />
          )
        }}
      />
      {error && (
        <p role="alert" className="border-b border-line px-4 py-2 text-[11px] text-warn">
          {error} {messages.map.venuesFailed}
        </p>
      )}
    </>
  )
}
