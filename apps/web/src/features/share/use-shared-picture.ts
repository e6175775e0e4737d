'use client'
import type { Tile } from '@faultline/market/tile'
import { decodeTile } from '@faultline/market/tile-codec'
import { MINUTE_MS } from '@faultline/market/units'
import { composeTiles } from '@faultline/ui/chart/compose-tiles'
import type { HeatGridPair } from '@faultline/ui/chart/heat-grid'
import { useCallback, useEffect, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { nextAsk } from '../embed/prepare/next-ask.ts'
import { AnswerError, fetchAnswer } from '../heatmap/fetch-answer.ts'
import { tileRequests } from '../heatmap/prepare/tile-requests.ts'
import { viewPath } from '../heatmap/prepare/view-path.ts'
import type { HeatmapView } from '../heatmap/server/schema.ts'
import { SHARE_HEADER } from './prepare/share-header.ts'
import type { SharedPage } from './server/shares.ts'

export interface SharedPicture {
  /** `ended`: the link is no more, and nothing of it is shown any longer */
  state: 'loading' | 'empty' | 'ready' | 'error' | 'ended'
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
/** A page whose token has run out, or whose view was changed, begins anew, but not again and again. */
const RELOAD_MS = MINUTE_MS
/** Also where nothing new can come: the link may have ended. */
const LOOK_MS = MINUTE_MS

/** The picture of a shared view, asked for anew while the page is looked at. Nothing of it is kept by the browser. */
export function useSharedPicture({ scope, instrument, view: first, token: firstToken }: SharedPage): SharedPicture {
  const [shown, setShown] = useState<Shown>({ view: first, heat: null, error: null })
  const [attempt, setAttempt] = useState(0)
  const token = useRef(firstToken)
  const tiles = useRef<ReadonlyMap<string, Tile>>(new Map())
  const opened = useRef(Date.now())
  const given = useRef(first)
  const { range, resolution = null, window = null } = scope.input
  const path = viewPath(instrument.key, { range, resolution, window })
  const isFrozen = scope.frozenAt !== null

  useEffect(() => {
    const left = new AbortController()
    const { signal } = left
    let timer: ReturnType<typeof setTimeout> | undefined
    const fetchShared = (url: string) => fetchAnswer(url, signal, { [SHARE_HEADER]: token.current }, 'no-store')

    const loadView = async (): Promise<HeatmapView> => {
      const answer = await fetchShared(path)
      token.current = answer.headers.get(SHARE_HEADER) || token.current
      return answer.json()
    }
    const show = async (view: HeatmapView): Promise<number> => {
      const requests = tileRequests(view)
      const loaded = await Promise.all(
        requests.map(async (request) => {
          const known = tiles.current.get(request.key)
          return known ?? decodeTile(new Uint8Array(await (await fetchShared(request.url)).arrayBuffer()))
        }),
      )
      tiles.current = new Map(requests.map((request, i) => [request.key, loaded[i] as Tile]))
      setShown({ view, heat: composeTiles(loaded, view), error: null })
      return isFrozen ? LOOK_MS : Math.min(LOOK_MS, nextAsk(view))
    }
    const step = async (known: HeatmapView | null): Promise<void> => {
      const wait = await (known ? show(known) : loadView().then(show)).catch((error: unknown) => {
        if (signal.aborted) return null
        const status = error instanceof AnswerError ? error.status : 0
        if (status === 410) {
          tiles.current = new Map()
          setShown({ view: null, heat: null, error })
          return null
        }
        if ((status === 401 || status === 403) && Date.now() - opened.current > RELOAD_MS) {
          location.reload()
          return null
        }
        setShown((before) => ({ ...before, error }))
        return (status === 404 || status === 403) && known !== null ? REPLACED_MS : AGAIN_MS
      })
      if (wait === null || signal.aborted) return
      timer = setTimeout(() => {
        whenLookedAt(signal).then(
          () => step(null),
          () => {},
        )
      }, wait)
    }

    const begin = attempt === 0 ? given.current : null
    given.current = null
    void step(begin)
    return () => {
      left.abort()
      clearTimeout(timer)
    }
  }, [path, isFrozen, attempt])

  const { view, heat, error } = shown
  const status = error instanceof AnswerError ? error.status : 0
  const isEmpty = view === null && status === 404
  const state = status === 410 ? 'ended' : isEmpty ? 'empty' : error ? 'error' : heat ? 'ready' : 'loading'
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
  return error instanceof TypeError ? messages.share.page.noAnswer : messages.share.page.failed
}
