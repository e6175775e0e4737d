'use client'
import { formatDateTime, type TimeZone } from '@faultline/ui/format'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { messages } from '../../messages.ts'
import { ClustersSection } from './clusters-section.tsx'
import { AsymmetrySection, MaxPainSection, RiskSection, WhatIfSection } from './now-sections.tsx'
import { BreakoutsSection, LiquiditySection, MovesSection } from './past-sections.tsx'
import { knownBy, riskChange } from './prepare/rail-figures.ts'
import type { CurrentReadings, HistoryReadings } from './server/schema.ts'
import type { ReadingsState } from './use-readings.ts'

const text = messages.readings

export interface ReadingsRailProps {
  /** the last answer; null before the first one */
  readings: CurrentReadings | null
  history: HistoryReadings | null
  /** of useReadings */
  state: ReadingsState
  /** of useReadingsHistory; without it, its failures are not told */
  historyState?: ReadingsState
  /** the readings are of this moment and not of now, UTC ms */
  at?: number | null
  zone?: TimeZone
  /** show a price on the chart */
  onPrice?: (price: number) => void
}

/** What is read off the map, beside it: sections keep their places while they load. */
export function ReadingsRail({ readings, history: loaded, state, historyState, at = null, zone = 'utc', onPrice }: ReadingsRailProps) {
  const { history, whole } = knownBy(loaded, at)
  if (state.empty)
    return (
      <div className="border-b border-line">
        <EmptyState title={text.empty}>{text.emptyLead}</EmptyState>
      </div>
    )
  return (
    <div aria-busy={state.loading || (historyState?.loading ?? false)}>
      <p role="status" className="sr-only">
        {state.loading && !readings ? text.loading : historyState?.loading && !history ? text.loadingPast : ''}
      </p>
      {state.error !== null && (
        <ErrorNote className="m-3" onRetry={state.retry}>
          {readings ? text.outdated : text.failed} {state.error}
        </ErrorNote>
      )}
      {at !== null && readings && (
        <p className="border-b border-line px-4 py-2 text-[11px] text-warn">
          {text.asOf(formatDateTime(readings.bucket + readings.bucketMs, zone))}
        </p>
      )}
      {(readings || state.error === null) && (
        <>
          <RiskSection readings={readings} change={readings && riskChange(readings, history)} />
          <AsymmetrySection readings={readings} />
          <WhatIfSection readings={readings} />
          <ClustersSection readings={readings} history={whole ? history : null} onPrice={onPrice} />
          <MaxPainSection readings={readings} onPrice={onPrice} />
        </>
      )}
      {historyState && historyState.error !== null && (
        <ErrorNote className="m-3" onRetry={historyState.retry}>
          {text.failedPast} {historyState.error}
        </ErrorNote>
      )}
      {(history || (historyState?.error ?? null) === null) && (
        <>
          <BreakoutsSection history={history} zone={zone} onPrice={onPrice} />
          <MovesSection history={history} zone={zone} />
          {whole && <LiquiditySection history={history} />}
        </>
      )}
    </div>
  )
}
