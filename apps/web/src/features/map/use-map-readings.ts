'use client'
import { type Query, useQueries, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { useTRPC } from '../../trpc/provider.tsx'
import type { InstrumentListItem } from '../instruments/server/list.ts'
import type { CurrentReadings } from '../readings/server/schema.ts'
import { useReadings } from '../readings/use-readings.ts'
import { useColumnsNews } from '../stream/news-stream.tsx'
import { throttle } from '../stream/prepare/throttle.ts'
import { shortName } from '../venues/prepare/words.ts'
import type { VenueProfile } from './prepare/map-profile.ts'

/** Members close their columns one after the other. */
const MEMBERS_REFRESH_MS = 5_000

export interface MapReadings {
  state: 'loading' | 'empty' | 'ready' | 'error'
  /** the last answer stays while another one loads or fails */
  readings: CurrentReadings | null
  error: string | null
  retry: () => void
}

/** What the newest column of an instrument says, with the draws that intervals of bars come from. */
export function useMapReadings(instrument: string): MapReadings {
  const { readings, state } = useReadings({ key: instrument }, null, { whole: true })
  const { empty, error, retry } = state
  return { state: empty ? 'empty' : error !== null ? 'error' : readings ? 'ready' : 'loading', readings, error, retry }
}

export interface MemberReadings {
  state: 'none' | 'loading' | 'ready' | 'error'
  venues: VenueProfile[] | null
}

/** The same of each member of a sum, by venue. Whole, or not at all: without one of them, shares would be wrong. */
export function useMemberReadings(members: readonly InstrumentListItem[], enabled: boolean): MemberReadings {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  // a member without a column holds nothing
  const known = members.filter((row) => row.lastBucket !== null)
  const answers = useQueries({
    queries: known.map((row) => ({
      ...trpc.readings.current.queryOptions({ instrument: row.key, brief: true }),
      enabled,
    })),
    combine: combineAnswers,
  })
  const refresh = useMemo(
    () =>
      throttle(() => {
        const filter = { queryKey: trpc.readings.current.pathKey(), predicate: ({ queryKey }: Query) => isBrief(queryKey[1]) }
        void queryClient.invalidateQueries(filter, { cancelRefetch: false })
      }, MEMBERS_REFRESH_MS),
    [queryClient, trpc],
  )
  useEffect(() => refresh.cancel, [refresh])
  useColumnsNews((news) => {
    const answer = answers.data.find((row) => row?.instrument === news.instrumentKey)
    if (answer && (answer.buildId !== news.buildId || answer.bucket < news.lastBucket)) refresh.call()
  })
  const venues = useMemo(() => byVenue(answers.data), [answers.data])
  return { state: known.length === 0 ? 'none' : answers.failed ? 'error' : venues ? 'ready' : 'loading', venues }
}

/** The whole readings of the instrument itself have a refresh of their own. */
function isBrief(asked: unknown): boolean {
  const input = typeof asked === 'object' && asked !== null && 'input' in asked ? asked.input : null
  return typeof input === 'object' && input !== null && 'brief' in input
}

const combineAnswers = (results: { data: CurrentReadings | undefined; isError: boolean }[]) => ({
  data: results.map((result) => result.data ?? null),
  failed: results.some((result) => result.isError && !result.data),
})

/** Null while any is missing. */
function byVenue(answers: readonly (CurrentReadings | null)[]): VenueProfile[] | null {
  const venues = new Map<string, VenueProfile & { profiles: CurrentReadings['profile'][] }>()
  for (const answer of answers) {
    if (!answer) return null
    const venue = answer.instrument.split(':')[0] ?? ''
    const row = venues.get(venue) ?? { venue, name: shortName(venue), profiles: [] }
    row.profiles.push(answer.profile)
    venues.set(venue, row)
  }
  return venues.size > 0 ? [...venues.values()] : null
}
