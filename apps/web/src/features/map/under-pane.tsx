'use client'
import { formatAge, formatUsd } from '@faultline/ui/format'
import type { PriceWindow } from '@faultline/ui/map/price-window'
import type { UnderPicture } from '@faultline/ui/map/under-chart'
import { Button } from '@faultline/ui/react/button'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { SegmentedControl } from '@faultline/ui/react/segmented-control'
import { TransposedHeatmap } from '@faultline/ui/react/transposed-heatmap'
import type { Theme } from '@faultline/ui/tokens'
import { useMemo } from 'react'
import { messages } from '../../messages.ts'
import { RANGE_NAMES } from '../heatmap/prepare/ranges.ts'
import { colourScale } from '../heatmap/prepare/threshold.ts'
import type { HeatmapRange } from '../heatmap/server/schema.ts'
import type { PictureState } from '../heatmap/use-picture.ts'
import { usePlanLocks } from '../plans/plan-provider.tsx'
import type { CurrentReadings } from '../readings/server/schema.ts'
import { toast } from '../shell/toasts.tsx'
import { aroundPrice } from './prepare/around-price.ts'
import { bookReach, narrowBook } from './prepare/book-reach.ts'
import type { PriceRange } from './prepare/figures.ts'
import { type MapUrl, TIME_ORDERS, UNDER_VIEWS } from './use-map-url.ts'

const text = messages.map.under

export interface UnderPaneProps {
  symbol: string
  view: MapUrl['view']
  onView: (view: MapUrl['view']) => void
  order: MapUrl['top']
  onOrder: (order: MapUrl['top']) => void
  range: HeatmapRange
  onRange: (range: HeatmapRange) => void
  /** of the heatmap */
  heat: PictureState
  readings: CurrentReadings | null
  window: PriceWindow
  /** named range on either side of the price, per cent: colours suit it, and do not change while somebody zooms */
  span: number
  /** prices that are on screen */
  shown: PriceRange
  onReset: () => void
  theme: Theme
  now: number
}

/** Under the map, on its price axis: how the map came to be, or what the order book holds. */
export function UnderPane(props: UnderPaneProps) {
  const { symbol, view, heat, readings, order, range } = props
  const locks = usePlanLocks()
  const price = readings?.price ?? heat.view?.candles.rows.at(-1)?.[4] ?? null
  const scale = useMemo(
    () => colourScale(heat.heat && price !== null ? aroundPrice(heat.heat, price, props.span) : null).suggested,
    [heat.heat, price, props.span],
  )
  const book = readings?.book ?? null
  const picture = useMemo((): UnderPicture | null => {
    if (price === null) return null
    if (view === 'depth') return book && { view: 'depth', price, book }
    if (!heat.heat || !heat.view || heat.heat.columns === 0 || heat.heat.bins === 0) return null
    const { candles, gaps, from, to } = heat.view
    return { view: 'heat', price, grid: heat.heat, candles, gaps, from, to, threshold: scale, order }
  }, [view, price, book, heat.heat, heat.view, scale, order])
  const state = view === 'heat' ? heat.state : readings === null ? 'loading' : book ? 'ready' : 'empty'
  const narrow = book && narrowBook(book, props.shown)
  const title = view === 'heat' ? text.heat : text.depth
  const named = range.replace(/(\d+)/, '$1\u202f')
  return (
    <section aria-label={title} className="flex min-h-0 flex-none flex-col border-t border-line bg-s1 phone:flex-1">
      <div className="flex min-h-10 flex-none flex-wrap items-center gap-x-3 gap-y-1.5 px-3 py-1.5 phone:px-4">
        <h2 className="text-[13px] leading-[18px] font-semibold">{title}</h2>
        <span className="hidden text-t3 wide:inline">
          {view === 'heat' ? text.heatLead : text.depthLead}
          {view === 'depth' && book && ` · ${text.bookAge(formatAge(props.now - book.time))}`}
        </span>
        <div className="flex flex-wrap items-center gap-2 phone:ml-auto">
          {view === 'heat' && picture && (
            <span
              role="img"
              aria-label={text.scale(formatUsd(scale.lowUsd), formatUsd(scale.highUsd))}
              className="hidden items-center gap-2 text-[11px] text-t2 full:flex"
            >
              {formatUsd(scale.lowUsd)}
              <span aria-hidden="true" className="flex w-24 flex-col gap-px">
                <span className="h-1.5 rounded-sm" style={{ background: 'var(--fl-heat-long)' }} />
                <span className="h-1.5 rounded-sm" style={{ background: 'var(--fl-heat-short)' }} />
              </span>
              {formatUsd(scale.highUsd)} {text.per}
            </span>
          )}
          {view === 'heat' && (
            <>
              <SegmentedControl
                label={text.range}
                size="small"
                options={RANGE_NAMES.map((value) => ({ value, locked: locks.rangeLock(value) ?? undefined }))}
                onLocked={(why) => toast(why, 'warn')}
                value={range}
                onChange={props.onRange}
              />
              <SegmentedControl
                label={text.order}
                size="small"
                options={TIME_ORDERS.map((value) => ({ value, label: text.orders[value] }))}
                value={order}
                onChange={props.onOrder}
              />
            </>
          )}
          <SegmentedControl
            label={text.view}
            size="small"
            options={UNDER_VIEWS.map((value) => ({ value, label: text.views[value] }))}
            value={view}
            onChange={props.onView}
          />
        </div>
      </div>
      <div className="relative h-[300px] min-h-0 flex-none phone:h-auto phone:flex-1">
        <TransposedHeatmap
          picture={picture}
          state={state}
          theme={props.theme}
          window={props.window}
          words={text.words}
          label={view === 'heat' ? text.heatLabel(symbol, named) : text.depthLabel(symbol, sideUsd(book?.bids), sideUsd(book?.asks))}
          onReset={props.onReset}
        >
          {state === 'loading' && (
            <div className={picture ? undefined : 'fl-heatmap-cover'}>
              <div className="fl-heatmap-loading" role="status">
                <div className="fl-heatmap-progress" />
                <span className="fl-heatmap-loading-text">{text.loading(view === 'heat' ? named : text.depth)}</span>
              </div>
            </div>
          )}
          {state === 'empty' && (
            <div className="fl-heatmap-cover">
              <EmptyState title={view === 'heat' ? messages.map.empty : text.noBook} />
            </div>
          )}
          {view === 'depth' && book && picture && narrow !== null && (
            <p className="absolute inset-x-0 top-4 z-10 mx-auto flex w-fit items-center gap-2 rounded-lg border border-line2 bg-s2 px-3 py-2">
              {text.bookNarrow(narrow)}
              <Button size="small" onClick={() => showBook(book, props.window)}>
                {text.toBook}
              </Button>
            </p>
          )}
          {state === 'error' && (
            <div className={picture ? 'fl-heatmap-bar' : 'fl-heatmap-cover'}>
              <ErrorNote onRetry={heat.retry}>{heat.error ?? messages.heatmap.failed}</ErrorNote>
            </div>
          )}
        </TransposedHeatmap>
      </div>
    </section>
  )
}

/** The whole of what is known, with a little beside it. */
function showBook(book: NonNullable<CurrentReadings['book']>, window: PriceWindow): void {
  const reach = bookReach(book)
  if (!reach) return
  const margin = 0.1 * (reach.high - reach.low)
  window.show(reach.low - margin, reach.high + margin)
}

/** What the known levels of a side hold. */
const sideUsd = (levels: readonly (readonly [number, number])[] | undefined): string =>
  formatUsd((levels ?? []).reduce((sum, [price, size]) => sum + price * size, 0))
