'use client'
import type { Threshold } from '@faultline/ui/chart/threshold'
import { Button } from '@faultline/ui/react/button'
import { DualRange } from '@faultline/ui/react/dual-range'
import { SegmentedControl } from '@faultline/ui/react/segmented-control'
import { ToggleButton } from '@faultline/ui/react/toggle'
import { PanelRight, RotateCcw } from 'lucide-react'
import { messages } from '../../messages.ts'
import { formatLength } from '../shell/prepare/format.ts'
import { RANGE_NAMES } from './prepare/ranges.ts'
import type { HeatmapRange } from './server/schema.ts'

const text = messages.heatmap

export interface ToolbarProps {
  range: HeatmapRange
  onRange: (range: HeatmapRange) => void
  heat: boolean
  onHeat: (heat: boolean) => void
  /** levels of observed positions; null: there are none here */
  observed: boolean | null
  onObserved: (observed: boolean) => void
  domain: { min: number; max: number }
  threshold: Threshold
  onThreshold: (threshold: Threshold) => void
  onThresholdCommit: (threshold: Threshold) => void
  /** null while the suggested scale is in use */
  onThresholdReset: (() => void) | null
  resolution: { resolutionMs: number; bucketMs: number } | null
  details: boolean
  onDetails: () => void
}

export function Toolbar(props: ToolbarProps) {
  const { resolution, threshold } = props
  const lasts = resolution && formatLength(resolution.resolutionMs)
  return (
    <div className="flex min-h-11 flex-none flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-s1 px-3 py-2 phone:py-1">
      <SegmentedControl
        label={text.range}
        options={RANGE_NAMES.map((value) => ({ value }))}
        value={props.range}
        onChange={props.onRange}
        className="flex-1 phone:flex-none [&>button]:flex-1"
      />
      <ToggleButton label={text.heat} pressed={props.heat} onChange={props.onHeat} />
      {props.observed !== null && (
        <ToggleButton
          label={messages.observed.toggle}
          title={messages.observed.toggleWhy}
          pressed={props.observed}
          onChange={props.onObserved}
        />
      )}
      {lasts && (
        <span className="hidden text-t3 phone:inline" title={text.resolutionWhy(lasts, formatLength(resolution.bucketMs))}>
          {text.resolution} <b className="font-semibold text-t1">{lasts}</b>
        </span>
      )}
      <div className="flex w-full items-center gap-1 phone:w-auto">
        <DualRange
          label={text.threshold}
          min={props.domain.min}
          max={props.domain.max}
          low={threshold.lowUsd}
          high={threshold.highUsd}
          disabled={!props.heat}
          onChange={(lowUsd, highUsd) => props.onThreshold({ lowUsd, highUsd })}
          onCommit={(lowUsd, highUsd) => props.onThresholdCommit({ lowUsd, highUsd })}
          className="w-full phone:w-60"
        />
        <Button
          variant="ghost"
          icon={<RotateCcw size={14} />}
          aria-label={text.thresholdReset}
          title={text.thresholdReset}
          disabled={props.onThresholdReset === null}
          onClick={() => props.onThresholdReset?.()}
          className={props.onThresholdReset ? '' : 'invisible'}
        />
      </div>
      <Button
        icon={<PanelRight size={14} />}
        aria-expanded={props.details}
        onClick={props.onDetails}
        className="ml-auto hidden phone:inline-flex full:hidden"
      >
        {text.details}
      </Button>
    </div>
  )
}
