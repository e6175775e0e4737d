'use client'
import type { FeedVenueId } from '@faultline/market/venue'
import { VENUES } from '@faultline/market/venue'
import { formatPercent } from '@faultline/ui/format'
import { useMutation } from '@tanstack/react-query'
import { Check, LoaderCircle, Plus, TriangleAlert } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { heatmapPath } from '../heatmap/prepare/heatmap-path.ts'
import type { InstrumentListItem } from '../instruments/server/list.ts'
import { useSumNews } from '../stream/news-stream.tsx'
import { progressFigures } from '../waiting/prepare/progress.ts'
import { instrumentOf, listedInterest, sharesOf, toggled, type VenueChoice, venueChoice } from './prepare/venue-choice.ts'
import { coverageLine, shortName } from './prepare/words.ts'
import type { SumFacts } from './server/schema.ts'
import { ShareBar, VenueDot } from './share-bar.tsx'

const text = messages.venues

/** Which venues the picture is the sum of, a press each to take one in or out, and how open interest is spread over them. */
export function VenueBar({
  current,
  instruments,
  facts,
  query,
  pathOf = heatmapPath,
}: {
  current: InstrumentListItem
  instruments: readonly InstrumentListItem[]
  /** of the picture that is shown, where it is a sum */
  facts: SumFacts | null
  query: string
  /** page of an instrument by its key; the heatmap where nothing else is said */
  pathOf?: (key: string) => string
}) {
  const choice = venueChoice(current, instruments)
  return choice && <Bar choice={choice} current={current} instruments={instruments} facts={facts} query={query} pathOf={pathOf} />
}

interface BarProps {
  choice: VenueChoice
  current: InstrumentListItem
  instruments: readonly InstrumentListItem[]
  facts: SumFacts | null
  query: string
  pathOf: (key: string) => string
}

function Bar({ choice, current, instruments, facts, query, pathOf }: BarProps) {
  const { busy, pressed, error, show } = useShowVenues(choice, instruments, query, pathOf)
  // What is in the picture from the picture, the rest from the list.
  const known = new Map(facts?.venues.map((v) => [v.venue, v]))
  const listed = listedInterest(choice, instruments).filter((row) => !known.has(row.venue))
  const shares = sharesOf([...known.values(), ...listed])
  const all = choice.chosen.length === choice.venues.length
  const missing = facts && coverageLine(facts).missing
  return (
    <section
      aria-label={text.title}
      data-testid="venues"
      className="flex flex-none flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-s1 px-3 py-2 phone:py-1.5"
    >
      <div className="-mx-3 flex w-[calc(100%+24px)] items-center gap-1.5 overflow-x-auto px-3 py-0.5 [scrollbar-width:none] phone:mx-0 phone:w-auto phone:flex-wrap phone:px-0">
        {!all && (
          <button type="button" disabled={busy} onClick={() => show(choice.venues)} className="app-chip">
            {text.all}
          </button>
        )}
        {choice.venues.map((venue) => (
          <Chip
            key={venue}
            venue={venue}
            chosen={choice.chosen.includes(venue)}
            share={shares.find((s) => s.venue === venue)?.share ?? null}
            missing={known.get(venue)?.included === false}
            busy={busy && pressed === venue}
            next={busy ? null : toggled(choice, venue)}
            onPress={(next) => show(next, venue)}
          />
        ))}
      </div>
      <ShareBar shares={shares} chosen={choice.chosen} className="w-full phone:ml-auto phone:w-44 full:w-64" />
      <Work instrumentKey={current.key} />
      {(error ?? missing) && (
        <p role={error ? 'alert' : undefined} data-testid="venues-missing" className="flex items-center gap-1.5 text-[11px] text-warn">
          <TriangleAlert size={12} aria-hidden="true" className="flex-none" />
          {error ?? missing}
        </p>
      )}
    </section>
  )
}

/** The picture of other venues is another page: who chose it by keyboard goes on at the same chip there. */
let pressedLast: FeedVenueId | null = null

function Chip(props: {
  venue: FeedVenueId
  chosen: boolean
  share: number | null
  missing: boolean
  busy: boolean
  /** what a press shows; null: it can not be pressed */
  next: readonly FeedVenueId[] | null
  onPress: (next: readonly FeedVenueId[]) => void
}) {
  const { venue, chosen, share, missing, busy, next } = props
  const Icon = busy ? LoaderCircle : missing ? TriangleAlert : chosen ? Check : Plus
  const ref = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (pressedLast !== venue) return
    pressedLast = null
    ref.current?.focus({ preventScroll: true })
  }, [venue])
  return (
    <button
      ref={ref}
      type="button"
      aria-pressed={chosen}
      aria-busy={busy || undefined}
      disabled={next === null}
      title={chosen && next === null && !busy ? text.last : chosen ? text.leaveOut(VENUES[venue].name) : text.takeIn(VENUES[venue].name)}
      onClick={() => next && props.onPress(next)}
      className="app-chip"
      data-venue={venue}
    >
      <Icon size={12} aria-hidden="true" className={`flex-none ${missing ? 'text-warn' : ''} ${busy ? 'animate-spin' : ''}`} />
      {shortName(venue)}
      {missing && <span className="sr-only">{text.isMissing}</span>}
      {share !== null && (
        <span className="flex items-center gap-1 font-normal text-t2">
          <VenueDot venue={venue} />
          {formatPercent(share, { decimals: 0 })}
        </span>
      )}
    </button>
  )
}

/** Shows the picture of other venues; a choice that nobody made before is made first. */
export function useShowVenues(
  choice: VenueChoice,
  instruments: readonly InstrumentListItem[],
  query: string,
  pathOf: (key: string) => string,
) {
  const router = useRouter()
  const trpc = useTRPC()
  const choose = useMutation(trpc.venues.choose.mutationOptions())
  const open = (key: string) => router.push(`${pathOf(key)}${query}`)
  const [pressed, setPressed] = useState<FeedVenueId | null>(null)
  const show = (venues: readonly FeedVenueId[], venue: FeedVenueId | null = null) => {
    const { key, known } = instrumentOf(choice, venues, instruments)
    setPressed(venue)
    pressedLast = venue
    if (known) return open(key)
    const { baseAsset, simulated } = choice
    choose.mutate({ baseAsset, simulated, venues: [...venues] }, { onSuccess: ({ instrument }) => open(instrument) })
  }
  return { busy: choose.isPending, pressed, error: choose.error?.message ?? null, show }
}

/** While history is added up: how far that is. */
function Work({ instrumentKey }: { instrumentKey: string }) {
  const share = useSumProgress(instrumentKey)
  if (share === null) return null
  return (
    <p role="status" data-testid="sum-progress" className="text-[11px] text-t2">
      {text.working(share)}
    </p>
  )
}

/** `43 %` while the sum is being made; null otherwise. */
export function useSumProgress(instrumentKey: string): string | null {
  const progress = useSumNews(instrumentKey)
  if (progress === null || progress.phase === 'done') return null
  return progressFigures(progress).percent
}
