'use client'
import { memo } from 'react'
import { messages } from '../../messages.ts'
import { ChainTable } from './chain-table.tsx'
import { ChancesPanel } from './chances-panel.tsx'
import { DepthPanel } from './depth-panel.tsx'
import { EndHistogram } from './end-histogram.tsx'
import { depthText } from './prepare/figures.ts'
import { type CascadeMarket, depthSource } from './prepare/market.ts'
import type { CascadeResult } from './prepare/simulate.ts'
import { ReliabilityPanel } from './reliability-panel.tsx'

const GRID = 'grid min-w-0 items-start gap-3 full:grid-cols-[minmax(0,1fr)_308px]'

interface CascadeResultsProps {
  result: CascadeResult
  market: CascadeMarket
  instrument: string
}

/** All that a scenario says. Drawn anew with each result, not with each step of a slider. */
export const CascadeResults = memo(function CascadeResults({ result, market, instrument }: CascadeResultsProps) {
  return (
    <div className={GRID}>
      <div className="grid min-w-0 gap-3">
        <DepthPanel result={result} depth={depthText(market, result.side)} />
        <div className="grid min-w-0 gap-3 phone:grid-cols-2">
          <ChainTable result={result} />
          <EndHistogram result={result} depth={depthSource(market, result.side)} />
        </div>
      </div>
      <div className="grid min-w-0 gap-3 phone:grid-cols-2 full:grid-cols-1">
        <ChancesPanel result={result} />
        <ReliabilityPanel instrument={instrument} />
      </div>
    </div>
  )
})

/** Panels keep their height; grey, and nothing moves. */
export function CascadeSkeleton({ computing }: { computing: boolean }) {
  return (
    <div role="status" aria-busy="true" className={GRID}>
      <div className="grid min-w-0 gap-3">
        <div className="fl-panel flex h-[540px] flex-col">
          <div className="fl-panel-head text-t3">{computing ? messages.cascade.computing : messages.cascade.loading}</div>
          <div aria-hidden="true" className="m-4 flex-1 rounded-sm bg-heatbg" />
        </div>
        <div aria-hidden="true" className="grid gap-3 phone:grid-cols-2">
          <div className="fl-panel h-[380px]" />
          <div className="fl-panel h-[380px]" />
        </div>
      </div>
      <div aria-hidden="true" className="grid gap-3 phone:grid-cols-2 full:grid-cols-1">
        <div className="fl-panel h-[260px]" />
        <div className="fl-panel h-[260px]" />
      </div>
    </div>
  )
}
