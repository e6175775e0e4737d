'use client'
import { resolutionName } from '@faultline/market/resolution'
import { DAY_MS, MINUTE_MS } from '@faultline/market/units'
import type { HeatmapChart } from '@faultline/ui/chart/heatmap-chart'
import { PALETTES, SHOWN_SIDES } from '@faultline/ui/chart/palette'
import { PANE_IDS, type PaneId, type PaneState } from '@faultline/ui/chart/panes'
import type { Threshold } from '@faultline/ui/chart/threshold'
import { formatDateTime, formatUsd, type TimeZone } from '@faultline/ui/format'
import { LEVERAGE_CLASSES } from '@faultline/ui/leverage-classes'
import { Button } from '@faultline/ui/react/button'
import { X } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { DrawingTools, useDrawingsOf } from '../drawings/drawing-tools.tsx'
import { FeedPill } from '../feeds/feed-pill.tsx'
import { backfillOf, percent } from '../feeds/prepare/feed-status.ts'
import { SourceTrouble } from '../feeds/source-trouble.tsx'
import type { InstrumentListItem } from '../instruments/server/list.ts'
import { useInstruments } from '../instruments/use-instruments.ts'
import { ObservedLegend } from '../observed/observed-legend.tsx'
import { ObservedPanel } from '../observed/observed-panel.tsx'
import { runsBy } from '../observed/prepare/known-runs.ts'
import { useObserved } from '../observed/use-observed.ts'
import { useCommands } from '../palette/commands.ts'
import { LockedNote } from '../plans/locked-note.tsx'
import { usePlanLocks } from '../plans/plan-provider.tsx'
import { withinReach } from '../plans/prepare/allowed.ts'
import { ReadingsRail } from '../readings/readings-rail.tsx'
import { useReadings, useReadingsHistory } from '../readings/use-readings.ts'
import { ContinueBar } from '../saved/continue-bar.tsx'
import { useSavedScreen } from '../saved/use-saved-screen.tsx'
import { AppFrame } from '../shell/app-frame.tsx'
import { formatLength } from '../shell/prepare/format.ts'
import { toast } from '../shell/toasts.tsx'
import { useHotkeys } from '../shell/use-hotkeys.ts'
import { useTheme } from '../shell/use-theme.ts'
import { useFeed, useFeeds, useServerNow } from '../stream/news-stream.tsx'
import type { FeedNews } from '../stream/server/news.ts'
import { Tour } from '../tour/tour.tsx'
import { sumStatus } from '../venues/prepare/sum-status.ts'
import { isSum, venueChoice } from '../venues/prepare/venue-choice.ts'
import { SumPill } from '../venues/sum-pill.tsx'
import { useSumProgress, VenueBar } from '../venues/venue-bar.tsx'
import { VenuePanel } from '../venues/venue-panel.tsx'
import { WatchlistColumn } from '../watchlists/watchlist-column.tsx'
import { ChartHeader } from './chart-header.tsx'
import { ChartStage } from './chart-stage.tsx'
import { FooterStatus } from './footer-status.tsx'
import { toggleFullScreen } from './full-screen.ts'
import { askedView, resolutionChoices } from './prepare/asked-view.ts'
import { chartData, type Opening } from './prepare/chart-data.ts'
import { chartReadings } from './prepare/chart-readings.ts'
import { embedHtml } from './prepare/embed-code.ts'
import { exchangeOffset } from './prepare/exchange-zone.ts'
import { heatmapPath } from './prepare/heatmap-path.ts'
import { neighbourRange, RANGE_NAMES } from './prepare/ranges.ts'
import { knownAt } from './prepare/replay.ts'
import { marketFigures, reachesNewest } from './prepare/summary.ts'
import { thresholdOf } from './prepare/threshold.ts'
import { readClasses, writeClasses } from './prepare/url-values.ts'
import { ProvenanceBox, ProvenanceLine } from './provenance-box.tsx'
import { ReplayBar } from './replay-bar.tsx'
import type { HeatmapRange, HeatmapView } from './server/schema.ts'
import { Toolbar } from './toolbar.tsx'
import { useExport } from './use-export.ts'
import { useHeatmapUrl } from './use-heatmap-url.ts'
import { usePhone } from './use-phone.ts'
import { usePicture } from './use-picture.ts'
import { useReplay } from './use-replay.ts'
import { useHistogram, useScale } from './use-scale.ts'
import { useScreen } from './use-screen.ts'

const text = messages.heatmap
const words = messages.chart

/** What a first visit shows under the heat. */
const PANES: readonly PaneState[] = [{ id: 'funding' }, { id: 'interest' }, { id: 'liquidations' }, { id: 'ratios' }]
const PHONE_PANES: readonly PaneState[] = [{ id: 'liquidations' }]

export interface WorkspaceProps {
  instrument: InstrumentListItem
  instruments: InstrumentListItem[]
  defaultRange: HeatmapRange
  /** the first picture's data, fetched with the page; null before there are any */
  initialView: HeatmapView | null
  /** the server's clock when it rendered */
  now: number
}

/** Of what scrolls and now and then has nothing in it that takes the focus. */
const SCROLLED_BY_KEYS = { tabIndex: 0 } as const

/** One instrument's heatmap and everything around it. */
export function Workspace({
  instrument: first,
  instruments: initialInstruments,
  defaultRange,
  initialView,
  now: renderedAt,
}: WorkspaceProps) {
  const [url, setUrl] = useHeatmapUrl()
  const locks = usePlanLocks()
  const wanted = url.r ?? defaultRange
  const range = locks.allowedRange(wanted)
  const instruments = useInstruments(initialInstruments)
  const instrument = instruments.find((row) => row.key === first.key) ?? first
  const { screen, opening, onViewport, begin } = useScreen(instrument.key, range, url, setUrl)
  const build = useBuild(instrument, initialView)
  const { terms } = locks
  const end = build.lastBucket + build.bucketMs
  const asked = useMemo(
    () => withinReach(terms, askedView({ range, resolution: url.res, screen, build }), end),
    [terms, range, url.res, screen, build, end],
  )
  const [opened] = useState({ asked, view: initialView })
  const picture = usePicture(instrument, asked, opened)
  const { view, heat } = picture
  const { theme } = useTheme()
  const now = useServerNow(renderedAt)
  const feed = useFeed(instrument.key)
  const feeds = useFeeds()
  const summing = useSumProgress(instrument.key)
  const observed = useObserved(instrument, instruments, view, url.obs)
  const [details, setDetails] = useState(false)

  const shown = useArrived(opening, view !== null && view.range === range && view.instrument.key === instrument.key)
  const scale = useScale(shown.key, heat, view)
  const [dragged, setDragged] = useState<Threshold | null>(null)
  const threshold = dragged ?? thresholdOf(scale.suggested, url)
  const replay = useReplay(url.at, view, screen, setUrl)
  const known = useMemo(() => (heat && replay.at !== null ? knownAt(heat, replay.at) : heat), [heat, replay.at])
  const levels = useMemo(() => (replay.at === null ? observed.runs : runsBy(observed.runs, replay.at)), [observed.runs, replay.at])
  const readings = useReadings(instrument, replay.at)
  const looked = withinReach(terms, { window: screen ?? view }, end).window
  const history = useReadingsHistory(instrument, looked?.from ?? null, looked?.to ?? null)
  const marks = useMemo(() => chartReadings(readings.readings, history.history, replay.at), [readings.readings, history.history, replay.at])
  const { price } = picture
  const data = useMemo(() => view && { ...chartData(view, known, shown, marks), lastPrice: price }, [view, known, shown, marks, price])
  const stage = useRef<{ chart: HeatmapChart | null; beside: HTMLElement | null }>({ chart: null, beside: null })
  const figures = useMemo(() => (view && reachesNewest(view) ? marketFigures(view) : null), [view])

  const phone = usePhone()
  const drawn = useDrawingsOf(instrument.key)
  const panes = url.p ?? (phone ? PHONE_PANES : PANES)
  const setPanes = (p: readonly PaneState[]) => void setUrl({ p: [...p] })
  const classes = readClasses(url.lev ?? '', LEVERAGE_CLASSES.length)
  const zone: TimeZone = url.tz === 'exchange' ? { offsetMinutes: exchangeOffset(instrument.venue) } : url.tz
  // The same range again is the way back from a zoom.
  const setRange = (r: HeatmapRange) => {
    const why = locks.rangeLock(r)
    if (why !== null) return toast(why, 'warn')
    begin(r)
    void setUrl({ r, from: null, to: null, pl: null, ph: null, at: null })
  }
  const kept = useSavedScreen({
    instrument: instrument.key,
    url,
    range: wanted,
    setUrl,
    onZoom: (r, zoom) => begin(locks.allowedRange(r), zoom),
  })
  const resetThreshold = () => void setUrl({ lo: null, hi: null })
  const exported = useExport({ view, heat: known, at: replay.at, stage: () => stage.current, zone })
  const domain = { min: Math.min(scale.min, threshold.lowUsd), max: Math.max(scale.max, threshold.highUsd) }
  const histogram = useHistogram(heat, domain)
  const setPane = (id: PaneId) => setPanes(panes.some((p) => p.id === id) ? panes.filter((p) => p.id !== id) : [...panes, { id }])
  const stepResolution = (step: 1 | -1) => {
    if (!view) return
    const choices = resolutionChoices(range, view.build.bucketMs)
    const here = (choices as string[]).indexOf(resolutionName(view.resolutionMs))
    void setUrl({ res: choices[Math.min(choices.length - 1, Math.max(0, here + step))] ?? null })
  }
  const setHeat = (on: boolean) => void setUrl({ heat: on })
  const key = (label: string, run: () => void) => ({ label, group: words.keys.group, run })
  useHotkeys({
    '[': key(words.keys.narrower, () => setRange(neighbourRange(range, -1))),
    ']': key(words.keys.wider, () => setRange(neighbourRange(range, 1))),
    h: key(words.keys.heat, () => setHeat(!url.heat)),
    p: key(words.keys.profile, () => void setUrl({ prof: !url.prof })),
    r: key(words.keys.replay, replay.toggle),
    l: key(words.keys.log, () => void setUrl({ log: !url.log })),
    f: key(words.keys.full, toggleFullScreen),
    c: key(words.keys.price, () => void setUrl({ ps: url.ps === 'candles' ? 'line' : url.ps === 'line' ? 'none' : 'candles' })),
    s: key(words.keys.sides, () => void setUrl({ side: SHOWN_SIDES[(SHOWN_SIDES.indexOf(url.side) + 1) % SHOWN_SIDES.length] ?? 'both' })),
    ',': key(words.keys.finer, () => stepResolution(-1)),
    '.': key(words.keys.coarser, () => stepResolution(1)),
    ...Object.fromEntries(PANE_IDS.map((id, i) => [String(i + 1), key(words.commands.pane(words.pane[id]), () => setPane(id))])),
    // The chart takes these itself while it has the focus.
    ...Object.fromEntries(words.keys.chart.map(([keys, label]) => [keys, { label, group: words.keys.chartGroup, run: null }])),
  })
  useCommands([
    ...RANGE_NAMES.map((r) => ({
      id: `range:${r}`,
      title: words.commands.range(r),
      keywords: words.commands.keys,
      current: r === range,
      run: () => setRange(r),
    })),
    { id: 'chart:heat', title: words.commands.heat, keywords: words.commands.keys, keys: 'h', run: () => setHeat(!url.heat) },
    { id: 'chart:replay', title: words.commands.replay, keywords: words.commands.keys, keys: 'r', run: replay.toggle },
    { id: 'chart:log', title: words.commands.log, keywords: words.commands.keys, keys: 'l', run: () => void setUrl({ log: !url.log }) },
    ...PANE_IDS.map((id) => ({
      id: `pane:${id}`,
      title: words.commands.pane(words.pane[id]),
      keywords: words.commands.keys,
      run: () => setPane(id),
    })),
    ...PALETTES.map((pal) => ({
      id: `palette:${pal}`,
      title: words.commands.palette(words.palettes[pal]),
      keywords: words.commands.keys,
      current: url.pal === pal,
      run: () => void setUrl({ pal }),
    })),
  ])

  // Amounts suit one market only: another one is opened with the range and the look, but with its own scale.
  const query = kept.linkQuery
  return (
    <AppFrame
      section="heatmap"
      instrument={instrument.key}
      fixed
      instrumentHref={(key) => `${heatmapPath(key)}${query}`}
      badge={
        view?.sum && sumStatus(view.sum, feeds).state !== 'none' ? (
          <SumPill instrument={instrument.key} facts={view.sum} now={renderedAt} />
        ) : (
          <FeedPill
            instrument={instrument.key}
            imported={{
              dataTime: view && view.build.lastBucket + view.build.bucketMs,
              bucketMs: view?.build.bucketMs ?? 60_000,
              // History that was imported has no feed that could be late, nor has a simulated market of a dump: a day without a column is that.
              historic: instrument.simulated || (view !== null && now - view.build.lastBucket - view.build.bucketMs > DAY_MS),
            }}
            now={renderedAt}
          />
        )
      }
    >
      <LockedNote shown={range} why={locks.rangeLock(wanted)} />
      <Toolbar
        range={range}
        onRange={setRange}
        url={url}
        setUrl={setUrl}
        panes={panes}
        onPanes={setPanes}
        classes={LEVERAGE_CLASSES.map((name, i) => ({ name, shown: classes[i] ?? true }))}
        onClasses={(shown) => void setUrl({ lev: writeClasses(shown) })}
        replay={replay.at !== null}
        onReplay={replay.toggle}
        build={view?.build ?? null}
        heat={url.heat}
        onHeat={setHeat}
        observed={observed.now ? url.obs : null}
        onObserved={(on) => void setUrl({ obs: on })}
        // a link may carry amounts that this picture does not reach
        domain={domain}
        histogram={histogram.bars}
        exports={{ onPng: exported.png, onCsv: exported.csv, embedCode: () => embedHtml(location.origin, instrument.key, range, url) }}
        profile={url.prof}
        onProfile={(prof) => void setUrl({ prof })}
        threshold={threshold}
        onThreshold={setDragged}
        onThresholdCommit={({ lowUsd, highUsd }) => {
          setDragged(null)
          void setUrl({ lo: lowUsd, hi: highUsd })
        }}
        onThresholdReset={url.lo === null && url.hi === null ? null : resetThreshold}
        resolution={view && { resolutionMs: view.resolutionMs, bucketMs: view.build.bucketMs }}
        details={details}
        onDetails={() => setDetails(!details)}
        saved={kept.menu}
      />
      {kept.bar}
      <VenueBar current={instrument} instruments={instruments} facts={view?.sum ?? null} query={query} />
      <div className="relative contents min-h-0 flex-1 phone:grid phone:grid-cols-[minmax(0,1fr)] phone:overflow-hidden wide:grid-cols-[auto_minmax(0,1fr)] full:grid-cols-[auto_minmax(0,1fr)_288px]">
        <WatchlistColumn current={instrument.key} instruments={instruments} query={query} />
        <div className="contents min-h-0 min-w-0 flex-col bg-s1 phone:flex">
          <ChartHeader
            instrument={instrument}
            query={query}
            figures={figures}
            lastBucket={view?.build.lastBucket ?? null}
            within={replay.at === null ? (readings.readings?.asymmetry.find(({ within }) => within === 0.05) ?? null) : null}
          />
          {/* the row of venues takes its room from the chart, or what is under it would leave the screen */}
          <div
            className={`relative min-h-0 flex-none phone:h-auto phone:flex-1 ${venueChoice(instrument, instruments) ? 'h-[min(50dvh,380px)]' : 'h-[min(60dvh,460px)]'}`}
          >
            {view && <p className="sr-only">{summaryOf(view)}</p>}
            <ChartStage
              instrument={instrument.key}
              range={range}
              profile={readings.readings}
              showProfile={url.prof}
              leverageShown={classes}
              onStage={(chart, beside) => {
                stage.current = { chart, beside }
              }}
              data={data}
              state={picture.state}
              theme={theme}
              heat={url.heat}
              observed={levels}
              panes={panes}
              onPanes={setPanes}
              palette={url.pal}
              heatScale={url.scale}
              sides={url.side}
              priceStyle={url.ps}
              priceScale={url.log ? 'log' : 'linear'}
              timeZone={zone}
              {...drawn}
              onViewport={(change) => {
                onViewport(change)
                histogram.onSeen(change)
              }}
              threshold={heat ? threshold : null}
              loadingText={loadingText(picture.loading, range, view)}
              emptyText={isSum(instrument) ? emptySum(summing) : emptyText(feed)}
              error={picture.error ?? undefined}
              onRetry={picture.retry}
            >
              {heat && url.heat && scale.topUsd < threshold.lowUsd && (
                <p className="absolute inset-x-0 top-4 z-10 mx-auto flex w-fit items-center gap-2 rounded-lg border border-line2 bg-s2 px-3 py-2">
                  {text.nothingAbove(formatUsd(threshold.lowUsd))}
                  <Button size="small" onClick={resetThreshold}>
                    {text.lower}
                  </Button>
                </p>
              )}
              {picture.loading.more && picture.state === 'ready' && (
                <span
                  role="status"
                  className="pointer-events-none absolute top-3 left-4 z-10 rounded-md bg-s2 px-2 py-0.5 text-[11px] text-t2"
                >
                  {words.loadingMore}
                </span>
              )}
              <ContinueBar instrument={instrument.key} plain={kept.plain} />
              {data && <DrawingTools zone={zone} now={() => now} />}
              {observed.now && url.obs && <ObservedLegend observed={observed.now} venue={observed.venue} now={now} />}
            </ChartStage>
          </div>
          {replay.at !== null && view && (
            <ReplayBar
              at={replay.at}
              onAt={replay.setAt}
              onClose={replay.toggle}
              span={replay.span}
              resolutionMs={view.resolutionMs}
              zone={zone}
            />
          )}
          <ProvenanceLine view={view} className="phone:hidden" />
          <SourceTrouble now={now} className="px-4 pb-2 phone:hidden" />
        </div>
        <aside
          aria-label={text.details}
          {...SCROLLED_BY_KEYS}
          className={`min-h-0 border-line bg-s1 phone:absolute phone:inset-y-0 phone:right-0 phone:z-20 phone:w-[288px] phone:overflow-y-auto phone:border-l full:static full:block ${details ? 'phone:shadow-2xl full:shadow-none' : 'phone:hidden'}`}
        >
          <div className="hidden justify-end p-2 phone:flex full:hidden">
            <Button variant="ghost" size="small" icon={<X size={14} />} aria-label={text.closeDetails} onClick={() => setDetails(false)} />
          </div>
          <ReadingsRail
            readings={readings.readings}
            history={history.history}
            state={readings.state}
            historyState={history.state}
            at={replay.at}
            zone={zone}
            onPrice={(price) => stage.current.chart && showPrice(stage.current.chart, price)}
          />
          {observed.now && url.obs && replay.at === null && (
            <ObservedPanel observed={observed.now} venue={observed.venue} price={price} now={now} />
          )}
          <VenuePanel facts={view?.sum ?? null} />
          <ProvenanceBox view={view} now={now} />
        </aside>
      </div>
      <FooterStatus view={view} now={now} zone={url.tz} />
      {kept.dialogs}
      <Tour ready={picture.state === 'ready'} />
    </AppFrame>
  )
}

/** Moves the prices on screen, as little as brings `price` into the inner nine tenths. */
function showPrice(chart: HeatmapChart, price: number): void {
  const { from, to, priceLow, priceHigh } = chart.view()
  const edge = (priceHigh - priceLow) / 20
  if (price < priceLow + edge) chart.setView({ from, to, priceLow: Math.max(price - edge, price / 2), priceHigh })
  else if (price > priceHigh - edge) chart.setView({ from, to, priceLow, priceHigh: price + edge })
}

/**
 * How a picture opens, once what it is of is there. Until then the last one stays as it is: opened anew it would be in the wrong place,
 * and the new data would be taken for more of it.
 */
function useArrived(opening: Opening, arrived: boolean): Opening {
  const [shown, setShown] = useState(opening)
  if (arrived && shown !== opening) setShown(opening)
  return shown
}

/** Of what there is, as far as the list knows: the page asks for its first picture by the same figures. */
function useBuild({ bucketMs, firstBucket, lastBucket }: InstrumentListItem, view: HeatmapView | null) {
  return useMemo(
    () =>
      view?.build ?? {
        bucketMs: bucketMs ?? MINUTE_MS,
        firstBucket: firstBucket ?? 0,
        lastBucket: lastBucket ?? 0,
      },
    [bucketMs, firstBucket, lastBucket, view],
  )
}

const summaryOf = ({ instrument, range, from, to }: HeatmapView): string =>
  text.summary(instrument.symbol, range, formatDateTime(from, 'utc'), formatDateTime(to, 'utc'))

/** Before there is a column: what its feed is doing about it. */
function emptyText(feed: FeedNews | null): string {
  const work = feed && backfillOf([feed])
  return work ? text.emptyBackfilling(percent(work.share)) : feed ? text.emptyFed : text.empty
}

const emptySum = (share: string | null): string => (share === null ? messages.venues.empty : messages.venues.emptyWorking(share))

function loadingText(loading: { view: boolean; tiles: boolean }, range: HeatmapRange, view: HeatmapView | null): string {
  const named = range.replace(/(\d+)/, '$1\u202f')
  return loading.view || !view ? text.loadingView(named) : text.loadingTiles(named, formatLength(view.resolutionMs))
}
