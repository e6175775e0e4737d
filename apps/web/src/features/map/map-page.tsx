'use client'
import { DAY_MS } from '@faultline/market/units'
import { formatDateTime, formatPrice, formatUsd } from '@faultline/ui/format'
import { LEVERAGE_CLASSES } from '@faultline/ui/leverage-classes'
import { barIsEmpty, type MapBars } from '@faultline/ui/map/profile'
import { Badge } from '@faultline/ui/react/badge'
import { Button } from '@faultline/ui/react/button'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { LiquidationMap } from '@faultline/ui/react/liquidation-map'
import { useMemo, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { FeedPill } from '../feeds/feed-pill.tsx'
import { FooterStatus } from '../heatmap/footer-status.tsx'
import { neighbourRange } from '../heatmap/prepare/ranges.ts'
import { readClasses, writeClasses } from '../heatmap/prepare/url-values.ts'
import type { AskedView } from '../heatmap/prepare/view-path.ts'
import type { HeatmapRange } from '../heatmap/server/schema.ts'
import { usePicture } from '../heatmap/use-picture.ts'
import type { InstrumentListItem } from '../instruments/server/list.ts'
import { useInstruments } from '../instruments/use-instruments.ts'
import { LockedNote } from '../plans/locked-note.tsx'
import { usePlanLocks } from '../plans/plan-provider.tsx'
import { AppFrame } from '../shell/app-frame.tsx'
import { sectionPath } from '../shell/prepare/sections.ts'
import { toast } from '../shell/toasts.tsx'
import { useHotkeys } from '../shell/use-hotkeys.ts'
import { useTheme } from '../shell/use-theme.ts'
import { useServerNow } from '../stream/news-stream.tsx'
import { isSum, venueChoice } from '../venues/prepare/venue-choice.ts'
import { nameOf } from '../venues/prepare/words.ts'
import { SumPill } from '../venues/sum-pill.tsx'
import { VenueBar } from '../venues/venue-bar.tsx'
import { MapLegend } from './map-legend.tsx'
import { MapRail } from './map-rail.tsx'
import { MapSkeleton, RailSkeleton } from './map-skeleton.tsx'
import { MapTable } from './map-table.tsx'
import { MapToolbar } from './map-toolbar.tsx'
import { barWords } from './prepare/bar-words.ts'
import { totalsOf } from './prepare/figures.ts'
import { hasLeverage, mapProfile } from './prepare/map-profile.ts'
import { mapQuery } from './prepare/map-query.ts'
import { membersOf } from './prepare/members.ts'
import { UnderPane } from './under-pane.tsx'
import { useMapColours } from './use-map-colours.ts'
import { useMapExport } from './use-map-export.ts'
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
  const locks = usePlanLocks()
  const wanted = url.r ?? defaultRange
  const range = locks.allowedRange(wanted)
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
  const classes = useMemo(() => readClasses(url.lev ?? '', LEVERAGE_CLASSES.length), [url.lev])
  const known = readings !== null && hasLeverage(readings.profile)
  const profile = useMemo(
    () => readings && mapProfile(readings, { stack, classes, venues: members.venues }),
    [readings, stack, classes, members.venues],
  )
  const colours = useMapColours(
    theme,
    profile?.parts.length === 0 || (profile === null && stack === 'venue')
      ? 'none'
      : stack === 'leverage'
        ? stack
        : (members.venues ?? 'none'),
  )
  const picture = useMemo(() => profile && { profile, colours, showCumulative: url.cum }, [profile, colours, url.cum])
  const [bars, setBars] = useState<MapBars | null>(null)
  const [table, setTable] = useState(false)

  const name = nameOf(instrument)
  const host = useRef<HTMLDivElement>(null)
  const exported = useMapExport({ host, name, theme, readings, profile, bars, shown })
  const { keys } = text
  const setRange = (r: HeatmapRange) => {
    const why = locks.rangeLock(r)
    if (why !== null) toast(why, 'warn')
    else if (r !== range) void setUrl({ r })
  }
  const key = (label: string, run: () => void) => ({ label, group: keys.group, run })
  useHotkeys({
    '[': key(keys.narrower, () => setRange(neighbourRange(range, -1))),
    ']': key(keys.wider, () => setRange(neighbourRange(range, 1))),
    c: key(keys.cumulative, () => void setUrl({ cum: !url.cum })),
    l: key(keys.log, () => void setUrl({ log: !url.log })),
    t: key(keys.table, () => setTable(!table)),
  })
  const choice = venueChoice(instrument, instruments)
  const { sum } = heat.view ?? { sum: null }
  const totals = profile && totalsOf(profile, shown)
  const toggleClass = (index: number) => void setUrl({ lev: writeClasses(classes.map((on, i) => (i === index ? !on : on))) })
  const query = mapQuery(url)
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
      <LockedNote shown={range} why={locks.rangeLock(wanted)} />
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
        exports={{ onPng: table ? null : exported.png, onCsv: exported.csv, embedCode: null }}
      />
      <VenueBar current={instrument} instruments={instruments} facts={sum} query={query} pathOf={mapPath} />
      <div className="contents min-h-0 flex-1 phone:grid phone:grid-cols-1 phone:overflow-y-auto wide:grid-cols-[1fr_288px] wide:overflow-hidden">
        <div ref={host} className="flex min-h-0 min-w-0 flex-col bg-s1 phone:min-h-[640px] wide:min-h-0">
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
              ) : known || readings === null ? (
                <MapLegend names={LEVERAGE_CLASSES} colours={colours} shown={classes} onToggle={toggleClass} />
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
              {state === 'loading' && <MapSkeleton />}
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
            onRange={setRange}
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
