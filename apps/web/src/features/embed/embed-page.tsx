'use client'
import { VENUES, type VenueId } from '@faultline/market/venue'
import { formatDateTime } from '@faultline/ui/format'
import { Badge } from '@faultline/ui/react/badge'
import { Heatmap } from '@faultline/ui/react/heatmap'
import { SegmentedControl } from '@faultline/ui/react/segmented-control'
import { ExternalLink, FlaskConical } from 'lucide-react'
import { useMemo, useState } from 'react'
import { messages } from '../../messages.ts'
import { chartData } from '../heatmap/prepare/chart-data.ts'
import { heatmapPath } from '../heatmap/prepare/heatmap-path.ts'
import { nearPrice } from '../heatmap/prepare/near-price.ts'
import { RANGE_NAMES } from '../heatmap/prepare/ranges.ts'
import { colourScale } from '../heatmap/prepare/threshold.ts'
import { useTheme } from '../shell/use-theme.ts'
import { type EmbedOptions, openQuery } from './prepare/embed-options.ts'
import type { EmbeddedMarket } from './server/load-embed.ts'
import { useEmbedPicture } from './use-embed-picture.ts'

const text = messages.embed
const RANGES = RANGE_NAMES.map((value) => ({ value }))

/** One instrument's heatmap and nothing around it: no bars, nothing to change but the range. */
export function EmbedPage({ market, options }: { market: EmbeddedMarket; options: EmbedOptions }) {
  const [range, setRange] = useState(market.range)
  const reader = useTheme()
  const theme = options.theme ?? reader.theme
  const { state, view, heat, error, retry } = useEmbedPicture(market, range)
  const { key, symbol, venue, simulated } = market.instrument
  const threshold = useMemo(() => (heat && view ? colourScale(nearPrice(heat, view.candles.rows)).suggested : null), [heat, view])
  const data = useMemo(() => {
    if (!view) return null
    // what is loaded is all that may be looked at
    return { ...chartData(view, heat, { key: `${key} ${view.range}`, screen: null }), history: { from: view.from, to: view.to } }
  }, [view, heat, key])
  return (
    <main
      // the address' theme over the reader's, without changing what they have saved
      data-theme={options.theme ?? undefined}
      className="fl-root flex h-dvh min-h-[220px] flex-col bg-s1"
      data-instrument={key}
      data-range={range}
      data-simulated={simulated}
    >
      <header className="flex flex-none flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-line px-3 py-2">
        <h1 className="flex min-w-0 items-baseline gap-2">
          <span className="max-w-[40vw] truncate text-[13px] leading-[18px] font-semibold text-t1">{symbol}</span>
          <span className="text-t3">{venue in VENUES ? VENUES[venue as VenueId].shortName : venue}</span>
        </h1>
        {simulated && (
          <Badge icon={<FlaskConical size={12} aria-hidden="true" />} title={text.simulatedWhy}>
            {text.simulated}
          </Badge>
        )}
        <span className="text-[11px] leading-4 text-t2">{text.estimated}</span>
        <span className="flex-1" />
        {options.rangeButtons && <SegmentedControl label={text.range} options={RANGES} value={range} onChange={setRange} size="small" />}
      </header>
      <div className="min-h-0 flex-1">
        <noscript>
          <p className="p-3 text-t2">{text.needsScripts}</p>
        </noscript>
        <Heatmap
          data={data}
          state={state}
          theme={theme}
          heat={options.heat}
          palette={options.palette}
          heatScale={options.heatScale}
          sides={options.sides}
          priceScale={options.log ? 'log' : 'linear'}
          panes={[]}
          threshold={threshold}
          loadingText={text.loading(range)}
          emptyText={text.empty}
          error={error ?? undefined}
          onRetry={retry}
          className="h-full"
        />
      </div>
      <footer className="flex min-h-7 flex-none flex-wrap items-center justify-between gap-x-3 border-t border-line px-3 py-1 text-[11px] leading-4">
        <span className="text-t3">{view && text.until(formatDateTime(view.build.lastBucket + view.build.bucketMs, 'utc'))}</span>
        <a
          href={heatmapPath(key) + openQuery(options, range)}
          target="_blank"
          rel="noopener"
          className="inline-flex items-center gap-1 rounded-md py-1 font-medium text-accfg"
        >
          {text.open}
          <ExternalLink size={12} aria-hidden="true" />
        </a>
      </footer>
    </main>
  )
}
