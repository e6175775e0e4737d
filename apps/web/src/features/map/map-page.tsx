'use client'
import { DAY_MS } from '@faultline/market/units'
import { formatDateTime, formatPrice, formatUsd } from '@faultline/ui/format'
import { barIsEmpty, type MapBars } from '@faultline/ui/map/profile'
import { Badge } from '@faultline/ui/react/badge'
import { Button } from '@faultline/ui/react/button'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { LiquidationMap } from '@faultline/ui/react/liquidation-map'
import { useMemo, useState } from 'react'
import { messages } from '../../messages.ts'
import { FeedPill } from '../feeds/feed-pill.tsx'
import { FooterStatus } from '../heatmap/footer-status.tsx'
import { readClasses, writeClasses } from '../heatmap/prepare/url-values.ts'
import type { AskedView } from '../heatmap/prepare/view-path.ts'
import type { HeatmapRange } from '../heatmap/server/schema.ts'
import { usePicture } from '../heatmap/use-picture.ts'
import type { InstrumentListItem } from '../instruments/server/list.ts'
import { useInstruments } from '../instruments/use-instruments.ts'
import { AppFrame } from '../shell/app-frame.tsx'
import { sectionPath } from '../shell/prepare/sections.ts'
import { useTheme } from '../shell/use-theme.ts'
import { useServerNow } from '../stream/news-stream.tsx'
import { isSum, venueChoice } from '../venues/prepare/venue-choice.ts'
import { nameOf } from '../venues/prepare/words.ts'
import { SumPill } from '../venues/sum-pill.tsx'
import { VenueBar } from '../venues/venue-bar.tsx'
import { MapLegend } from './map-legend.tsx'
import { MapRail } from './map-rail.tsx'
import { MapTable } from './map-table.tsx'
import { MapToolbar } from './map-toolbar.tsx'
import { barWords } from './prepare/bar-words.ts'
import { totalsOf } from './prepare/figures.ts'
import { CLASS_COUNT, classNames, hasLeverage, mapProfile } from './prepare/map-profile.ts'
import { membersOf } from './prepare/members.ts'
import { UnderPane } from './under-pane.tsx'
import { useMapColours } from './use-map-colours.ts'
import { useMapReadings, useMemberReadings } from './use-map-readings.ts'
import { useMapUrl } from './use-map-url.ts'
import { usePriceWindow } from './use-price-window.ts'
import { VenueSwitches } from './venue-switches.tsx'

const text = messages.map

export interface MapPageProps {
  instrument: InstrumentListItem
  instruments: InstrumentListItem[]
  defaultRange: HeatmapRange
  /** the server's clock when it rendered */
  now: number
}

const mapPath = (key: string): string => sectionPath('map', key)
const WORDS = { ...text.canvas, runningHere: text.tooltipCumulative }

/** One instrument's liquidation map with what stands under and beside it. */
export function MapPage({ instrument: first, instruments: initialInstruments, defaultRange, now: renderedAt }: MapPageProps) {
  const [url, setUrl] = useMapUrl()
  const range = url.r ?? defaultRange
  const instruments = useInstruments(initialInstruments)
  const instrument = instruments.find((row) => row.key === first.key) ?? first
  const { theme } = useTheme()
  const now = useServerNow(renderedAt)
  const { state, readings, error, retry } = useMapReadings(instrument.key)
  const members = useMemberReadings(membersOf(instrument, instruments), readings !== null)
  const asked = useMemo((): AskedView => ({ range, resolution: null, window: null }), [range])
  const heat = usePicture(
    instrument,
    asked,
    useMemo(() => ({ asked, view: null }), [asked]),
  )
  const { window, shown, reset } = usePriceWindow(readings?.price ?? null, instrument.lastClose ?? 1, url, (values) => void setUrl(values))

  const stack = url.stack === 'venue' && isSum(instrument) ? 'venue' : 'leverage'
  const classes = useMemo(() => readClasses(url.lev ?? '', CLASS_COUNT), [url.lev])
  const known = readings !== null && hasLeverage(readings.profile)
  const profile = useMemo(
    () => readings && mapProfile(readings, { stack, classes, venues: members.venues }),
    [readings, stack, classes, members.venues],
  )
  const colours = useMapColours(
    theme,
    profile === null || profile.parts.length === 0 ? 'none' : stack === 'leverage' ? stack : (members.venues ?? 'none'),
  )
  const picture = useMemo(() => profile && { profile, colours, showCumulative: url.cum }, [profile, colours, url.cum])
  const [bars, setBars] = useState<MapBars | null>(null)
  const [table, setTable] = useState(false)

  const name = nameOf(instrument)
  const choice = venueChoice(instrument, instruments)
  const { sum } = heat.view ?? { sum: null }
  const totals = profile && totalsOf(profile, shown)
  const toggleClass = (index: number) => void setUrl({ lev: writeClasses(classes.map((on, i) => (i === index ? !on : on))) })
  // Prices suit one market only: another one is opened with the same choices, but with its own range of prices.
  const query = queryOf({ ...url, pl: null, ph: null })
  return (
    <AppFrame
      section="map"
      instrument={instrument.key}
      fixed
      instrumentHref={(key) => `${mapPath(key)}${query}`}
      badge={
        sum ? (
          <SumPill instrument={instrument.key} facts={sum} now={renderedAt} />
        ) : (
          <FeedPill
            instrument={instrument.key}
            imported={{
              dataTime: readings && readings.bucket + readings.bucketMs,
              bucketMs: readings?.bucketMs ?? 60_000,
              historic: instrument.simulated || (readings !== null && now - readings.bucket - readings.bucketMs > DAY_MS),
            }}
            now={renderedAt}
          />
        )
      }
    >
      <MapToolbar
        stack={stack}
        onStack={(next) => void setUrl({ stack: next })}
        venues={isSum(instrument)}
        span={shown.touched ? null : url.span}
        onSpan={reset}
        cumulative={url.cum}
        onCumulative={(cum) => void setUrl({ cum })}
        log={url.log}
        onLog={(log) => void setUrl({ log })}
        table={table}
        onTable={setTable}
      />
      <VenueBar current={instrument} instruments={instruments} facts={sum} query={query} pathOf={mapPath} />
      <div className="contents min-h-0 flex-1 phone:grid phone:grid-cols-1 phone:overflow-y-auto wide:grid-cols-[1fr_288px] wide:overflow-hidden">
        <div className="flex min-h-0 min-w-0 flex-col bg-s1 phone:min-h-[640px] wide:min-h-0">
          <div className="flex flex-none flex-wrap items-center gap-x-3 gap-y-1 px-3 pt-2 pb-1 phone:px-4">
            <h1 className="text-[15px] leading-5 font-semibold">{text.heading(name.symbol)}</h1>
            {instrument.simulated && (
              <Badge tone="warn" title={messages.simulated.why}>
                {messages.simulated.tag}
              </Badge>
            )}
            <Badge tone="neutral" title={messages.estimated.why}>
              {messages.estimated.title}
            </Badge>
            <span className="text-t3">
              {name.venue} · {readings ? text.time(formatDateTime(readings.bucket + readings.bucketMs, 'utc')) : text.lead}
            </span>
            <div className="phone:ml-auto">
              {stack === 'venue' ? (
                members.venues ? (
                  <MapLegend names={members.venues.map((row) => row.name)} colours={colours} shown={null} onToggle={toggleClass} />
                ) : (
                  <span role="status" className="text-[11px] text-t3">
                    {members.state === 'error' ? text.venuesFailed : text.venuesLoading}
                  </span>
                )
              ) : known ? (
                <MapLegend names={classNames} colours={colours} shown={classes} onToggle={toggleClass} />
              ) : (
                readings && <span className="text-[11px] text-t3">{text.leverageUnknown}</span>
              )}
            </div>
          </div>
          <div className="relative h-[min(60dvh,420px)] min-h-[260px] flex-none phone:h-auto phone:flex-[1.45]">
            {profile && totals && (
              <p className="sr-only">
                {text.summary(
                  name.symbol,
                  formatPrice(profile.price),
                  formatPrice(shown.low),
                  formatPrice(shown.high),
                  formatUsd(totals.longUsd),
                  formatUsd(totals.shortUsd),
                )}
              </p>
            )}
            <LiquidationMap
              instrument={instrument.key}
              picture={picture}
              state={state}
              theme={theme}
              window={window}
              words={WORDS}
              label={text.slider(name.symbol)}
              wordsOf={barWords}
              onReset={reset}
              onBars={setBars}
            >
              {table && profile && bars && <MapTable profile={profile} bars={bars} onClose={() => setTable(false)} />}
              {state === 'loading' && <Skeleton />}
              {state === 'empty' && (
                <div className="fl-heatmap-cover">
                  <EmptyState title={isSum(instrument) ? messages.venues.empty : text.empty} />
                </div>
              )}
              {state === 'error' && (
                <div className={picture ? 'fl-heatmap-bar' : 'fl-heatmap-cover'}>
                  <ErrorNote onRetry={retry}>{error ?? text.failed}</ErrorNote>
                </div>
              )}
              {state === 'ready' && bars && barIsEmpty(bars) && (
                <p className="absolute inset-x-0 top-1/3 z-10 mx-auto flex w-fit items-center gap-2 rounded-lg border border-line2 bg-s2 px-3 py-2">
                  {text.noneShown}
                  <Button size="small" onClick={() => reset(30)}>
                    {text.widen}
                  </Button>
                </p>
              )}
            </LiquidationMap>
          </div>
          <UnderPane
            symbol={name.symbol}
            view={url.view}
            onView={(view) => void setUrl({ view })}
            order={url.top}
            onOrder={(top) => void setUrl({ top })}
            range={range}
            onRange={(r) => void setUrl({ r })}
            heat={heat}
            readings={readings}
            window={window}
            span={url.span}
            shown={shown}
            onReset={reset}
            theme={theme}
            now={now}
          />
        </div>
        <aside aria-label={text.details} className="min-h-0 border-line bg-s1 wide:overflow-y-auto wide:border-l">
          {readings && profile ? (
            <MapRail
              readings={readings}
              profile={profile}
              range={shown}
              now={now}
              contribution={
                choice && isSum(instrument) ? (
                  <VenueSwitches
                    choice={choice}
                    instruments={instruments}
                    members={members}
                    price={readings.price}
                    range={shown}
                    query={query}
                    pathOf={mapPath}
                  />
                ) : null
              }
            />
          ) : (
            state === 'loading' && <RailSkeleton />
          )}
        </aside>
      </div>
      <FooterStatus view={heat.view} now={now} />
    </AppFrame>
  )
}

/** Bars of no height in particular: the place of the picture, and that it is on its way. */
const Skeleton = () => (
  <div className="fl-heatmap-cover" role="status">
    <span className="sr-only">{text.loading}</span>
    <div aria-hidden="true" className="absolute inset-x-16 bottom-10 flex h-1/2 items-end gap-px">
      {SKELETON.map(({ key, height }) => (
        <span key={key} className="flex-1 bg-s2" style={{ height: `${height}%` }} />
      ))}
    </div>
  </div>
)
const SKELETON = Array.from({ length: 40 }, (_, i) => ({
  key: `bar${i}`,
  height: 12 + 70 * Math.abs(Math.sin(i * 0.9) * Math.cos(i * 0.23)),
}))

const RailSkeleton = () => (
  <div aria-hidden="true" className="flex flex-col gap-3 p-4">
    {[64, 120, 150, 200].map((height) => (
      <span key={height} className="rounded-md bg-s2" style={{ height }} />
    ))}
  </div>
)

/** What another map is opened with. */
function queryOf(url: ReturnType<typeof useMapUrl>[0]): string {
  const said = new URLSearchParams()
  if (url.stack !== 'leverage') said.set('stack', url.stack)
  if (url.span !== 10) said.set('span', String(url.span))
  if (url.view !== 'heat') said.set('view', url.view)
  if (url.top !== 'newest') said.set('top', url.top)
  if (!url.cum) said.set('cum', '0')
  if (url.log) said.set('log', '1')
  if (url.lev !== null) said.set('lev', url.lev)
  if (url.r !== null) said.set('r', url.r)
  const query = said.toString()
  return query && `?${query}`
}
