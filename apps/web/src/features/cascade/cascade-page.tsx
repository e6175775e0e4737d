'use client'
import { DAY_MS } from '@faultline/market/units'
import { formatDateTime, formatPrice, formatUsd, priceDecimals } from '@faultline/ui/format'
import { Badge } from '@faultline/ui/react/badge'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Activity } from 'lucide-react'
import Link from 'next/link'
import { type ReactNode, useMemo } from 'react'
import { messages } from '../../messages.ts'
import { FeedPill } from '../feeds/feed-pill.tsx'
import type { InstrumentListItem } from '../instruments/server/list.ts'
import { useInstruments } from '../instruments/use-instruments.ts'
import { useReadings } from '../readings/use-readings.ts'
import { AppFrame } from '../shell/app-frame.tsx'
import { formatCount } from '../shell/prepare/format.ts'
import { sectionPath } from '../shell/prepare/sections.ts'
import { useServerNow } from '../stream/news-stream.tsx'
import { nameOf } from '../venues/prepare/words.ts'
import { CascadeResults, CascadeSkeleton } from './cascade-results.tsx'
import { depthText, endRange, moveText, priceText } from './prepare/figures.ts'
import { isBare, marketOf } from './prepare/market.ts'
import { scenarioOf, shockPrice, sideOf } from './prepare/scenario.ts'
import type { CascadeResult } from './prepare/simulate.ts'
import { ScenarioPanel } from './scenario-panel.tsx'
import { scenarioQuery, useCascadeUrl } from './use-cascade-url.ts'
import { useSettled } from './use-settled.ts'
import { useSimulation } from './use-simulation.ts'

const text = messages.cascade

export interface CascadePageProps {
  instrument: InstrumentListItem
  instruments: InstrumentListItem[]
  /** the server's clock when it rendered */
  now: number
}

/** A slider that moves says its own value; what comes of it is said when it rests. */
const SPEAK_AFTER_MS = 1_000
/** A map that changes under a hand that drags is no help, and draws are large. */
const REFRESH_MS = 60_000

type PageState = 'loading' | 'empty' | 'ready' | 'error'

/** What a move would set off, as the reader chooses it; computed here, in the browser. */
export function CascadePage({ instrument: first, instruments: initial, now: renderedAt }: CascadePageProps) {
  const instruments = useInstruments(initial)
  const instrument = instruments.find((row) => row.key === first.key) ?? first
  const now = useServerNow(renderedAt)
  const [url, setUrl] = useCascadeUrl()
  const { dir, shock, eta, depth, half, dur } = url
  const scenario = useMemo(() => scenarioOf({ dir, shock, eta, depth, half, dur }), [dir, shock, eta, depth, half, dur])
  const { readings: data, state: asking } = useReadings(instrument, null, {
    whole: true,
    refreshMs: REFRESH_MS,
    enabled: instrument.lastBucket !== null,
  })
  const market = useMemo(() => (data ? marketOf(data) : null), [data])
  const bare = market !== null && isBare(market)
  const simulation = useSimulation(bare ? null : market, scenario)
  const result = simulation.result ?? null
  const summary = useSettled(result ? summaryOf(result) : '', SPEAK_AFTER_MS)
  // the list knows both before the map is there
  const shown = data
    ? { price: data.price, end: data.bucket + data.bucketMs }
    : { price: instrument.lastClose, end: instrument.lastBucket === null ? null : instrument.lastBucket + (instrument.bucketMs ?? 0) }
  const name = nameOf(instrument)
  const side = sideOf(scenario.direction)

  const missing = instrument.lastBucket === null || asking.empty
  const state: PageState =
    (!data && missing) || bare || simulation.result === null
      ? 'empty'
      : simulation.failed || (asking.error !== null && !data)
        ? 'error'
        : result
          ? 'ready'
          : 'loading'

  return (
    <AppFrame
      section="cascade"
      instrument={instrument.key}
      instrumentHref={(key) => `${sectionPath('cascade', key)}${scenarioQuery(url)}`}
      badge={
        <FeedPill
          instrument={instrument.key}
          imported={{
            dataTime: data ? data.bucket + data.bucketMs : null,
            bucketMs: data?.bucketMs ?? 60_000,
            historic: instrument.simulated || (data !== null && now - data.bucket - data.bucketMs > DAY_MS),
          }}
          now={renderedAt}
        />
      }
    >
      <div
        data-testid="cascade"
        data-state={state}
        data-instrument={instrument.key}
        data-simulated={instrument.simulated}
        data-end-price={result?.closed.endPrice}
        data-median-end={result ? endPriceOf(result) : undefined}
        className="mx-auto flex w-full max-w-[1720px] flex-col gap-3 p-3"
      >
        <div className="flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1.5">
          <h1 className="fl-text-title">{text.heading(name.symbol)}</h1>
          <span className="text-t3">{name.venue}</span>
          {instrument.simulated && (
            <Badge tone="warn" title={messages.simulated.why}>
              {messages.simulated.tag}
            </Badge>
          )}
          <Badge tone="accent" title={messages.estimated.why}>
            {messages.estimated.short}
          </Badge>
          {shown.price !== null && shown.end !== null && (
            <span className="ml-auto text-t3">
              <span className="font-semibold text-t1">{formatPrice(shown.price)}</span> · {text.asOf(formatDateTime(shown.end, 'utc'))}
            </span>
          )}
        </div>
        {asking.error !== null && data && <ErrorNote onRetry={asking.retry}>{text.outdated}</ErrorNote>}
        {simulation.failed && <ErrorNote onRetry={simulation.retry}>{text.workerFailed}</ErrorNote>}
        <div className="grid items-start gap-3 wide:grid-cols-[272px_minmax(0,1fr)]">
          <ScenarioPanel
            scenario={scenario}
            price={data?.price ?? null}
            result={result}
            slow={simulation.slow}
            facts={
              data && market
                ? { model: data.modelVersion, draws: market.draws.length, depth: depthText(market, side), law: market.law !== null }
                : null
            }
            onChange={(change) => void setUrl(change)}
            onReset={() => void setUrl(null)}
          />
          {state === 'empty' ? (
            <Nothing state={simulation.result === null ? 'noDepth' : bare ? 'bare' : 'missing'} />
          ) : state === 'error' && !result ? (
            !simulation.failed && <ErrorNote onRetry={asking.retry}>{text.failed}</ErrorNote>
          ) : result && market ? (
            <CascadeResults result={result} market={market} instrument={instrument.key} />
          ) : (
            <CascadeSkeleton computing={data !== null} />
          )}
        </div>
        <p role="status" className="sr-only">
          {summary}
        </p>
      </div>
    </AppFrame>
  )
}

const endPriceOf = ({ side, price, end }: CascadeResult): number => price * Math.exp(side === 'long' ? -end.p50 : end.p50)

/** The result in words, for those who do not see it; spoken when it changes. */
function summaryOf(result: CascadeResult): string {
  const { side, price, shock, closed, end, runs, scenario } = result
  const [low, high] = endRange(result)
  return text.summary({
    shock: moveText(side, shock, 1),
    shockPrice: formatPrice(shockPrice(scenario, price), priceDecimals(price)),
    end: priceText(side, closed.end, price),
    liquidated: formatUsd(closed.liquidatedUsd),
    runs: formatCount(runs),
    median: priceText(side, end.p50, price),
    low,
    high,
  })
}

function Nothing({ state }: { state: 'missing' | 'bare' | 'noDepth' }) {
  const [title, lead]: [string, ReactNode] = {
    missing: [text.empty, text.emptyLead] as [string, string],
    bare: [text.bare, text.bareLead] as [string, string],
    noDepth: [text.noDepth, text.noDepthLead] as [string, string],
  }[state]
  return (
    <div className="fl-panel py-16">
      <EmptyState
        title={title}
        icon={<Activity size={28} />}
        action={
          <Link href="/instruments" className="font-semibold text-accfg underline underline-offset-2">
            {text.toInstruments}
          </Link>
        }
      >
        {lead}
      </EmptyState>
    </div>
  )
}
