'use client'
import type { Tile } from '@faultline/market/tile'
import { decodeTile } from '@faultline/market/tile-codec'
import { composeTiles } from '@faultline/ui/chart/compose-tiles'
import type { HeatGridPair } from '@faultline/ui/chart/heat-grid'
import { useCallback, useEffect, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { AnswerError, fetchAnswer } from '../heatmap/fetch-answer.ts'
import { tileRequests } from '../heatmap/prepare/tile-requests.ts'
import { viewPath } from '../heatmap/prepare/view-path.ts'
import type { HeatmapRange, HeatmapView } from '../heatmap/server/schema.ts'
import { EMBED_HEADER } from './prepare/embed-header.ts'
import { nextAsk } from './prepare/next-ask.ts'
import type { EmbeddedMarket } from './server/load-embed.ts'

export interface EmbedPicture {
  state: 'loading' | 'empty' | 'ready' | 'error'
  view: HeatmapView | null
  heat: HeatGridPair | null
  error: string | null
  retry(): void
}

interface Shown {
  view: HeatmapView | null
  heat: HeatGridPair | null
  error: unknown
}

/** After a failure, and where there is no column yet. */
const AGAIN_MS = 30_000
/** A replaced build takes its tiles with it; the next view names the new one. */
const REPLACED_MS = 2_000
/** A page whose token has run out begins anew, but not again and again. */
const RELOAD_MS = 60_000

/**
 * The newest picture of one instrument over one range, asked for anew when its next column should be there: a page without an account has
 * no stream. While nobody looks at it, it waits.
 */
export function useEmbedPicture(first: EmbeddedMarket, range: HeatmapRange): EmbedPicture {
  const { key } = first.instrument
  const [shown, setShown] = useState<Shown>({ view: first.view, heat: null, error: null })
  const [attempt, setAttempt] = useState(0)
  const token = useRef(first.token)
  const tiles = useRef<ReadonlyMap<string, Tile>>(new Map())
  const opened = useRef(Date.now())
  const given = useRef(first.view)

  useEffect(() => {
    const left = new AbortController()
    const { signal } = left
    let timer: ReturnType<typeof setTimeout> | undefined
    const headers = (): Record<string, string> => (token.current === null ? {} : { [EMBED_HEADER]: token.current })

    const loadView = async (): Promise<HeatmapView> => {
      const answer = await fetchAnswer(viewPath(key, { range, resolution: null, window: null }), signal, headers())
      token.current = answer.headers.get(EMBED_HEADER) || token.current
      return answer.json()
    }
    const show = async (view: HeatmapView): Promise<number> => {
      const requests = tileRequests(view)
      const loaded = await Promise.all(
        requests.map(async (request) => {
          const known = tiles.current.get(request.key)
          if (known) return known
          const answer = await fetchAnswer(request.url, signal, headers())
          return decodeTile(new Uint8Array(await answer.arrayBuffer()))
        }),
      )
      // of what is on screen, and no more: a page may have many frames
      tiles.current = new Map(requests.map((request, i) => [request.key, loaded[i] as Tile]))
      setShown({ view, heat: composeTiles(loaded, view), error: null })
      return nextAsk(view)
    }
    const step = async (known: HeatmapView | null): Promise<void> => {
      const wait = await (known ? show(known) : loadView().then(show)).catch((error: unknown) => {
        if (signal.aborted) return null
        if (error instanceof AnswerError && error.status === 401 && Date.now() - opened.current > RELOAD_MS) {
          location.reload()
          return null
        }
        const isGone = error instanceof AnswerError && error.status === 404
        setShown((before) => ({ ...before, error }))
        return isGone && known !== null ? REPLACED_MS : AGAIN_MS
      })
      if (wait === null || signal.aborted) return
      timer = setTimeout(() => {
        whenLookedAt(signal).then(
          () => step(null),
          () => {},
        )
      }, wait)
    }

    const begin = attempt === 0 && given.current?.range === range ? given.current : null
    given.current = null
    if (begin === null) setShown((before) => (before.view?.range === range ? before : { view: null, heat: null, error: null }))
    void step(begin)
    return () => {
      left.abort()
      clearTimeout(timer)
    }
  }, [key, range, attempt])

  const { view, heat, error } = shown
  const isEmpty = view === null && error instanceof AnswerError && error.status === 404
  // the last picture stays under what went wrong: it is old by then
  const state = isEmpty ? 'empty' : error ? 'error' : heat ? 'ready' : 'loading'
  const retry = useCallback(() => setAttempt((n) => n + 1), [])
  return { state, view, heat, error: error && !isEmpty ? wordsOf(error) : null, retry }
}

/** At once, or when the page is on screen again; never where it is left before. */
function whenLookedAt(signal: AbortSignal): Promise<void> {
  if (!document.hidden) return Promise.resolve()
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    document.addEventListener('visibilitychange', () => resolve(), { once: true, signal })
  })
}

function wordsOf(error: unknown): string {
  if (error instanceof AnswerError) return error.message
  return error instanceof TypeError ? messages.embed.noAnswer : messages.embed.failed
}
