'use client'
import { VENUES, type VenueId } from '@faultline/market/venue'
import type { ObservedRun } from '@faultline/ui/chart/heatmap-data'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTRPC } from '../../trpc/provider.tsx'
import type { HeatmapView } from '../heatmap/server/schema.ts'
import type { InstrumentListItem } from '../instruments/server/list.ts'
import type { ObservedNow } from './server/schema.ts'

const NOW_EVERY_MS = 30_000
const LAYER_EVERY_MS = 60_000
const NO_RUNS: readonly ObservedRun[] = []

export interface Observed {
  /** null: nothing is observed here, or the layer is off */
  now: ObservedNow | null
  runs: readonly ObservedRun[]
  /** of a sum: whose positions these are; null where they are the instrument's own venue's */
  venue: string | null
}

/** What is observed of an instrument, or of a sum's members; levels only where `shown`. */
export function useObserved(
  instrument: InstrumentListItem,
  instruments: readonly InstrumentListItem[],
  view: HeatmapView | null,
  shown: boolean,
): Observed {
  const trpc = useTRPC()
  const { instrumentIds, venue } = useMemo(() => {
    const members = view?.sum?.venues.flatMap((venue) => venue.instruments)
    const rows = members ? instruments.filter((row) => members.includes(row.key)) : [instrument]
    const shown = rows.filter((row) => VENUES[row.venue as VenueId]?.wire === 'hyperliquid')
    const [first] = shown
    return { instrumentIds: shown.map((row) => row.id), venue: members && first ? VENUES[first.venue as VenueId].shortName : null }
  }, [instrument, instruments, view])
  const possible = instrumentIds.length > 0
  const current = useQuery({ ...trpc.observed.current.queryOptions({ instrumentIds }), enabled: possible, refetchInterval: NOW_EVERY_MS })
  const now = possible && current.data && current.data.instruments.length > 0 ? current.data : null
  const [from, to] = [view?.from ?? 0, view?.to ?? 0]
  const layer = useQuery({
    ...trpc.observed.layer.queryOptions({ instrumentIds, from, to }),
    enabled: possible && shown && now !== null && to > from,
    refetchInterval: LAYER_EVERY_MS,
    // a picture that has grown by a column keeps its levels until the new ones are there
    placeholderData: keepPreviousData,
  })
  return { now, runs: now && shown ? (layer.data ?? NO_RUNS) : NO_RUNS, venue }
}
