'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { TRPCClientError } from '@trpc/client'
import { useEffect, useMemo } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { useNewestColumn } from '../stream/news-stream.tsx'
import { throttle } from '../stream/prepare/throttle.ts'
import { saidBy } from './prepare/rail-figures.ts'
import { stepOf } from './prepare/samples.ts'
import type { CurrentReadings, HistoryReadings } from './server/schema.ts'
import { usePaced } from './use-paced.ts'

/** A running import tells of new columns several times a second. */
const REFRESH_MS = 3_000
/** A replay moves with every frame, and so does what is in view under a hand. */
const MOMENT_MS = 250
const STRETCH_MS = 750

/** How a question stands: the last answer stays while another one loads or fails. */
export interface ReadingsState {
  loading: boolean
  /** in words; null while nothing is wrong */
  error: string | null
  /** the market has no column yet (or none by that moment) */
  empty: boolean
  retry: () => void
}

interface Asked {
  /** with draws and the book, which simulations and profiles by draws need: most of the text */
  whole?: boolean
  refreshMs?: number
  /** nothing is asked for before there is a column */
  enabled?: boolean
}

/**
 * What the newest column says, asked again whenever there is a newer one; with `at` (UTC ms) what was known at that moment, and nothing
 * that was read later.
 */
export function useReadings(
  { key: instrument }: { key: string },
  at: number | null = null,
  { whole = false, refreshMs = REFRESH_MS, enabled = true }: Asked = {},
): { readings: CurrentReadings | null; state: ReadingsState } {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const newest = useNewestColumn(instrument)
  const moment = usePaced(at, MOMENT_MS)
  const input = useMemo(
    () => ({ instrument, ...(whole ? {} : { brief: true }), ...(moment === null ? {} : { at: moment }) }),
    [instrument, whole, moment],
  )
  const query = useQuery({
    ...trpc.readings.current.queryOptions(input),
    enabled,
    placeholderData: (before) => (before?.instrument === instrument ? before : undefined),
  })
  const { data, isError, isPlaceholderData } = query
  const refresh = useMemo(() => {
    const queryKey = trpc.readings.current.queryKey(input)
    return throttle(() => void queryClient.invalidateQueries({ queryKey }, { cancelRefetch: false }), refreshMs)
  }, [queryClient, trpc, input, refreshMs])
  useEffect(() => refresh.cancel, [refresh])
  // What was known at a moment does not change with what comes later.
  const isOld = moment === null && newest !== null && (data ? newest.buildId !== data.buildId || newest.lastBucket > data.bucket : isError)
  useEffect(() => {
    if (newest && isOld) refresh.call()
  }, [newest, isOld, refresh])
  const readings = saidBy(data ?? null, at)
  return { readings, state: stateOf(query, readings === null, isPlaceholderData) }
}

/** What the columns of [from, to) said, UTC ms; asked again as often as a new one of them is looked at. Nothing is asked for while either is null. */
export function useReadingsHistory(
  { key: instrument }: { key: string },
  from: number | null,
  to: number | null,
): { history: HistoryReadings | null; state: ReadingsState } {
  const trpc = useTRPC()
  // The server looks at columns a step apart: asking for more often would give the same.
  const [first, last] = [from ?? 0, to ?? 0]
  const step = last > first ? stepOf(last - first) : 1
  // As text, which is the same as long as what it says is.
  const stretch = usePaced(`${Math.floor(first / step) * step} ${Math.floor(last / step) * step}`, STRETCH_MS)
  const [begin = 0, end = 0] = stretch.split(' ').map(Number)
  const input = { instrument, from: begin, to: end }
  const query = useQuery({
    ...trpc.readings.history.queryOptions(input),
    enabled: input.to > input.from,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (before, query) => (instrumentOf(query?.queryKey) === instrument ? before : undefined),
  })
  return { history: query.data ?? null, state: stateOf(query, query.data === undefined, query.isPlaceholderData) }
}

function stateOf(
  query: { isError: boolean; error: unknown; isFetching: boolean; refetch: () => unknown },
  isFirst: boolean,
  isPlaceholder: boolean,
): ReadingsState {
  const code = codeOf(query.error)
  const empty = query.isError && code === 'NOT_FOUND' && isFirst
  return {
    loading: query.isFetching && (isFirst || isPlaceholder),
    error: query.isError && !empty ? (code === null ? messages.errors.noAnswer : (query.error as Error).message) : null,
    empty,
    retry: () => void query.refetch(),
  }
}

/** Of another market nothing may stand there, not even for a moment. */
function instrumentOf(queryKey: unknown): string | null {
  const asked: unknown = Array.isArray(queryKey) ? queryKey[1] : null
  const input = typeof asked === 'object' && asked !== null && 'input' in asked ? asked.input : null
  return typeof input === 'object' && input !== null && 'instrument' in input ? String(input.instrument) : null
}

const codeOf = (error: unknown): string | null => (error instanceof TRPCClientError ? (error.data?.code ?? null) : null)
