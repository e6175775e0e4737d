'use client'
import { PriceWindow } from '@faultline/ui/map/price-window'
import { startTransition, useCallback, useEffect, useRef, useState } from 'react'
import type { PriceRange } from './prepare/figures.ts'
import type { MapUrl } from './use-map-url.ts'

/** The address follows a wheel when it rests. */
const SETTLED_MS = 350

interface Shown extends PriceRange {
  /** zoomed or dragged: no named range is shown */
  touched: boolean
}

/**
 * The price axis of the page. It follows the price within the named range until somebody zooms or drags; that range then stands in the
 * address. `shown` is what is on screen, for the figures beside it.
 */
export function usePriceWindow(
  price: number | null,
  first: number,
  url: MapUrl,
  setUrl: (values: Partial<Pick<MapUrl, 'span'>> & { pl: number | null; ph: number | null }) => void,
) {
  const [window] = useState(() => new PriceWindow(price ?? first, url.span / 100, url.log ? 'log' : 'linear'))
  const [shown, setShown] = useState<Shown>({ low: window.low, high: window.high, touched: false })
  const written = useRef<{ pl: number | null; ph: number | null }>({ pl: null, ph: null })
  const tell = useRef(setUrl)
  useEffect(() => {
    tell.current = setUrl
  })

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const unsubscribe = window.subscribe((change) => {
      if (change !== 'range') return
      const { low, high, touched } = window
      // the picture moves by itself; the figures beside it may come a moment later
      startTransition(() => setShown({ low, high, touched }))
      clearTimeout(timer)
      if (!touched) return
      timer = setTimeout(() => {
        written.current = { pl: rounded(low), ph: rounded(high) }
        tell.current(written.current)
      }, SETTLED_MS)
    })
    return () => {
      unsubscribe()
      clearTimeout(timer)
    }
  }, [window])

  useEffect(() => window.setScale(url.log ? 'log' : 'linear'), [window, url.log])
  const { span, pl, ph } = url
  useEffect(() => {
    if (price === null) return
    window.follow(price)
    const mine = written.current.pl === pl && written.current.ph === ph
    if (pl !== null && ph !== null && pl < ph) {
      // what the address says because of this page is on screen already, and may have moved on since
      if (!mine) window.show(pl, ph)
    } else if (!window.touched || !mine) window.centre(price, span / 100)
    written.current = { pl, ph }
  }, [window, price, span, pl, ph])

  const reset = useCallback(
    (next: MapUrl['span'] = span) => {
      if (price !== null) window.centre(price, next / 100)
      written.current = { pl: null, ph: null }
      tell.current({ span: next, pl: null, ph: null })
    },
    [window, price, span],
  )
  return { window, shown, reset }
}

/** As the address writes it, to know it again. */
const rounded = (price: number): number => Number(price.toPrecision(7))
