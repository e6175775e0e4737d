'use client'
import { type Query, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { TRPCClientError } from '@trpc/client'
import { useEffect, useMemo } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import type { InstrumentListItem } from '../instruments/server/list.ts'
import type { CurrentReadings } from '../readings/server/schema.ts'
import { useColumnsNews, useNewestColumn } from '../stream/news-stream.tsx'
import { throttle } from '../stream/prepare/throttle.ts'
import { shortName } from '../venues/prepare/words.ts'
import type { VenueProfile } from './prepare/map-profile.ts'

/** A running import tells of new columns several times a second. */
const REFRESH_MS = 2_000
/** Members close their columns one after the other. */
const MEMBERS_REFRESH_MS = 5_000

export interface MapReadings {
  state: 'loading' | 'empty' | 'ready' | 'error'
  /** the last answer stays while another one loads or fails */
  readings: CurrentReadings | null
  error: string | null
  retry: () => void
}

/** What the newest column of an instrument says, asked again whenever there is a newer one. */
export function useMapReadings(instrument: string): MapReadings {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const newest = useNewestColumn(instrument)
  const options = trpc.readings.current.queryOptions({ instrument })
  const query = useQuery({ ...options, retry: (failures, error) => failures < 2 && codeOf(error) === null })
  const { data, refetch } = query
  const refresh = useMemo(() => {
    const queryKey = trpc.readings.current.queryKey({ instrument })
    return throttle(() => void queryClient.invalidateQueries({ queryKey }, { cancelRefetch: false }), REFRESH_MS)
  }, [queryClient, trpc, instrument])
  useEffect(() => refresh.cancel, [refresh])
  const isOld = newest !== null && (data ? newest.buildId !== data.buildId || newest.lastBucket > data.bucket : query.isError)
  useEffect(() => {
    if (newest && isOld) refresh.call()
  }, [newest, isOld, refresh])

  const isEmpty = codeOf(query.error) === 'NOT_FOUND' && !data
  return {
    state: isEmpty ? 'empty' : query.isError ? 'error' : data ? 'ready' : 'loading',
    readings: data ?? null,
    error: query.isError && !isEmpty ? (codeOf(query.error) === null ? messages.errors.noAnswer : query.error.message) : null,
    retry: () => void refetch(),
  }
}

const codeOf = (error: unknown): string | null => (error instanceof TRPCClientError ? (error.data?.code ?? null) : null)

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
      retry: (failures: number, error: unknown) => failures < 2 && codeOf(error) === null,
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
