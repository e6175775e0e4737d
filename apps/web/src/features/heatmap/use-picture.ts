'use client'
import { composeTiles } from '@faultline/ui/chart/compose-tiles'
import type { HeatGridPair } from '@faultline/ui/chart/heat-grid'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { goToSignIn } from '../shell/go-to-sign-in.ts'
import { useFeed, useNewestColumn } from '../stream/news-stream.tsx'
import { throttle } from '../stream/prepare/throttle.ts'
import type { ColumnsNews, FeedNews } from '../stream/server/news.ts'
import { AnswerError, fetchAnswer } from './fetch-answer.ts'
import { isOutdated } from './prepare/is-outdated.ts'
import { reachesNewest } from './prepare/summary.ts'
import { neighbourRequests, tileRequests } from './prepare/tile-requests.ts'
import { type AskedView, viewPath } from './prepare/view-path.ts'
import type { HeatmapView } from './server/schema.ts'
import { TileCache } from './tile-cache.ts'

/** A view whose tiles are there. */
interface Picture {
  view: HeatmapView
  heat: HeatGridPair
}

export interface PictureState {
  state: 'loading' | 'empty' | 'ready' | 'error'
  /** what is on screen: candles come before the heat; the last good picture stays while another one loads or fails */
  view: HeatmapView | null
  heat: HeatGridPair | null
  /** price now, wherever one looks; null while it is not known */
  price: number | null
  /** the asked range is not on screen yet; `more`: what is on screen is being replaced by another stretch or resolution of it */
  loading: { view: boolean; tiles: boolean; more: boolean }
  error: string | null
  retry(): void
}

/** A running import tells of new columns several times a second. */
const REFRESH_MS = 2_000
/** Each column may be the one that replaces the build: then its tiles are gone before the next view names the new ones. */
const MAX_GONE = 3

/** One for the page's life: moving between instruments and ranges finds its tiles again. */
const cache = new TileCache()

/** Neighbouring tiles are fetched when nothing else has been for so long. */
const PREFETCH_AFTER_MS = 400

/**
 * The picture of one instrument over one stretch of its history: the view, then its tiles in parallel, and again whenever a column closes or
 * its gaps change. Closed tiles come from memory or the browser's cache; only the open one and the view are asked for anew.
 */
export function usePicture(
  { key: instrument, lastBucket, lastClose }: { key: string; lastBucket: number | null; lastClose: number | null },
  asked: AskedView,
  first: { asked: AskedView; view: HeatmapView | null },
): PictureState {
  const queryClient = useQueryClient()
  const { range } = asked
  const path = viewPath(instrument, asked)
  const initialView = first.view
  const initial = initialView && viewPath(instrument, first.asked) === path ? initialView : undefined
  const newest = useNewestColumn(instrument)
  const feed = useFeed(instrument)
  const known = initialView !== null || lastBucket !== null || newest !== null
  const queryKey = useMemo(() => ['view', path], [path])
  const query = useQuery({
    queryKey,
    queryFn: async ({ signal }): Promise<HeatmapView> => (await fetchAnswer(path, signal)).json(),
    placeholderData: keepPreviousData,
    initialData: initial,
    initialDataUpdatedAt: initial?.serverTime,
    retry: (failures, error) => failures < 2 && !(error instanceof AnswerError),
    // before there is a column, the answer is known; the list and the stream tell when there is one
    enabled: known,
  })
  const view = query.data ?? null
  const [picture, setPicture] = useState<Picture | null>(null)
  const [tileError, setTileError] = useState<unknown>(null)
  const [attempt, setAttempt] = useState(0)
  const loading = useRef(false)
  const owed = useRef(false)
  const gone = useRef({ attempt: 0, times: 0 })
  const heard = useRef<{ newest: ColumnsNews | null; feed: FeedNews | null; queryKey: unknown } | null>(null)

  const refresh = useMemo(() => throttle(() => void queryClient.invalidateQueries({ queryKey }), REFRESH_MS), [queryClient, queryKey])
  useEffect(() => refresh.cancel, [refresh])

  const current = query.isPlaceholderData ? null : view
  const isMissing = query.isError && !view
  useEffect(() => {
    if (!current && !isMissing) return
    // Once for each news: what is answered then is never older than they were, though it may be newer.
    const before = heard.current
    if (before?.newest === newest && before.feed === feed && before.queryKey === queryKey) return
    heard.current = { newest, feed, queryKey }
    // While a build is being made, the same column told again may mean that it is complete.
    const mayBeComplete = current?.build.status === 'building' && before !== null && before.newest !== newest
    if (current ? !mayBeComplete && !isOutdated(current, newest, feed) : before === null || newest === null) return
    // An open tile in flight is not thrown away for a newer one: a fast import would never show anything.
    if (loading.current) owed.current = true
    else refresh.call()
  }, [current, isMissing, newest, feed, queryKey, refresh])

  useEffect(() => {
    if (!current) return
    const left = new AbortController()
    loading.current = true
    if (gone.current.attempt !== attempt) gone.current = { attempt, times: 0 }
    setTileError(null)
    const settled = () => {
      if (left.signal.aborted) return
      loading.current = false
      if (owed.current) refresh.call()
      owed.current = false
    }
    loadPicture(current, left.signal)
      .then((next) => {
        if (left.signal.aborted) return
        gone.current.times = 0
        setPicture(next)
      })
      .catch((error: unknown) => {
        if (left.signal.aborted) return
        // a replaced build takes its tiles with it: the view names the new one, and until then the last picture stays
        if (error instanceof AnswerError && error.status === 404 && gone.current.times++ < MAX_GONE) owed.current = true
        else setTileError(error)
      })
      .finally(settled)
    return () => left.abort()
  }, [current, attempt, refresh])

  const problem = isNothing(query.error) ? 'no data' : (problemOf(query.error) ?? problemOf(tileError))
  useEffect(() => {
    if (problem === 'signed out') goToSignIn()
  }, [problem])

  const retry = useCallback(() => {
    setAttempt((n) => n + 1)
    void queryClient.invalidateQueries({ queryKey })
  }, [queryClient, queryKey])

  useEffect(() => {
    // Who has not moved yet may never do: the first picture costs no more than itself.
    if (!picture || asked.window === null) return
    const left = new AbortController()
    const timer = setTimeout(() => {
      for (const request of neighbourRequests(picture.view)) cache.load(request, left.signal).catch(() => {})
    }, PREFETCH_AFTER_MS)
    return () => {
      clearTimeout(timer)
      left.abort()
    }
  }, [picture, asked.window])

  // The last picture of the same kind stays until the next one is whole; another range shows its candles first.
  const shown = picture && (current === null || sameKind(picture.view, current)) ? picture : { view, heat: null }
  const price = shown.view && reachesNewest(shown.view) ? (shown.view.candles.rows.at(-1)?.[4] ?? null) : lastClose
  const isEmpty = problem === 'no data' || !known || (current !== null && current.tiles.length === 0 && picture === null)
  // Another stretch or resolution of the same range comes under what is on screen, which stays of use.
  const another = query.isPlaceholderData && !(view?.range === range && view.instrument.key === instrument)
  const state = isEmpty ? 'empty' : problem ? 'error' : shown.heat && !another ? 'ready' : 'loading'
  return {
    state,
    view: shown.view,
    heat: shown.heat,
    price,
    loading: {
      view: another || view === null,
      tiles: shown.heat === null,
      more: query.isPlaceholderData || (current !== null && picture?.view !== current),
    },
    error: state === 'error' ? problem : null,
    retry,
  }
}

async function loadPicture(view: HeatmapView, signal: AbortSignal): Promise<Picture> {
  const tiles = await Promise.all(tileRequests(view).map((r) => cache.load(r, signal)))
  return { view, heat: composeTiles(tiles, view) }
}

const sameKind = (a: HeatmapView, b: HeatmapView): boolean => a.range === b.range && a.instrument.key === b.instrument.key

/** The instrument has no column (yet). */
const isNothing = (error: unknown): boolean => error instanceof AnswerError && error.status === 404

/** `signed out`, or words to show; null when nothing is wrong. */
function problemOf(error: unknown): string | null {
  if (error === null || error === undefined) return null
  if (error instanceof AnswerError) return error.status === 401 ? 'signed out' : error.message
  return error instanceof TypeError ? messages.errors.noAnswer : error instanceof Error ? error.message : messages.heatmap.failed
}
