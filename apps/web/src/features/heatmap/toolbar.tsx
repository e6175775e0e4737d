'use client'
import type { Threshold } from '@faultline/ui/chart/threshold'
import { Button } from '@faultline/ui/react/button'
import { DualRange } from '@faultline/ui/react/dual-range'
import { SegmentedControl } from '@faultline/ui/react/segmented-control'
import { ToggleButton } from '@faultline/ui/react/toggle'
import { History, PanelRight, RotateCcw } from 'lucide-react'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { ExportMenu, type ExportMenuProps } from '../export/export-menu.tsx'
import { usePlanLocks } from '../plans/plan-provider.tsx'
import { formatLength } from '../shell/prepare/format.ts'
import { toast } from '../shell/toasts.tsx'
import { RESOLUTION_NAMES, resolutionChoices } from './prepare/asked-view.ts'
import { RANGE_NAMES } from './prepare/ranges.ts'
import type { HeatmapRange } from './server/schema.ts'
import type { HeatmapUrl, SetHeatmapUrl } from './use-heatmap-url.ts'
import { ViewMenu, type ViewMenuProps } from './view-menu.tsx'

const text = messages.heatmap
const NO_BARS: readonly number[] = []

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
  /** how the chart is drawn, as the address says */
  url: HeatmapUrl
  setUrl: SetHeatmapUrl
  panes: ViewMenuProps['panes']
  onPanes: ViewMenuProps['onPanes']
  classes: ViewMenuProps['classes']
  onClasses: ViewMenuProps['onClasses']
  replay: boolean
  onReplay: () => void
  build: { modelVersion: string; generation: number } | null
  /** heights of the bars over the threshold's scale: what is on screen */
  histogram: readonly number[] | undefined
  exports: ExportMenuProps
  profile: boolean
  onProfile: (shown: boolean) => void
  details: boolean
  onDetails: () => void
  /** what saves it */
  saved: ReactNode
}

export function Toolbar(props: ToolbarProps) {
  const { resolution, threshold } = props
  const locks = usePlanLocks()
  const lasts = resolution && formatLength(resolution.resolutionMs)
  return (
    <div className="flex min-h-11 flex-none flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-s1 px-3 py-2 phone:py-1">
      <SegmentedControl
        label={text.range}
        options={RANGE_NAMES.map((value) => ({ value, locked: locks.rangeLock(value) ?? undefined }))}
        onLocked={(why) => toast(why, 'warn')}
        value={props.range}
        onChange={props.onRange}
        onAgain={() => props.onRange(props.range)}
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
        <label
          className="hidden items-center gap-1.5 text-t3 phone:flex"
          title={text.resolutionWhy(lasts, formatLength(resolution.bucketMs))}
        >
          {text.resolution}
          <select
            aria-label={messages.chart.resolutionChoice}
            value={props.url.res ?? ''}
            onChange={(event) => void props.setUrl({ res: RESOLUTION_NAMES.find((name) => name === event.target.value) ?? null })}
            className="app-select"
          >
            <option value="">{`${messages.chart.resolutionAuto} · ${lasts}`}</option>
            {resolutionChoices(props.range, resolution.bucketMs).map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      {props.build && (
        <span
          className="hidden text-t3 full:inline"
          title={messages.chart.modelWhy(props.build.modelVersion, String(props.build.generation))}
        >
          {messages.chart.model} <b className="font-semibold text-t1">{props.build.modelVersion}</b>
        </span>
      )}
      <div data-tour="threshold" className="flex w-full items-center gap-1 phone:w-auto">
        <DualRange
          label={text.threshold}
          min={props.domain.min}
          max={props.domain.max}
          low={threshold.lowUsd}
          high={threshold.highUsd}
          // its room is kept while there are no bars: the chart under it would jump
          histogram={props.histogram ?? NO_BARS}
          palette={props.url.pal}
          disabled={!props.heat}
          onChange={(lowUsd, highUsd) => props.onThreshold({ lowUsd, highUsd })}
          onCommit={(lowUsd, highUsd) => props.onThresholdCommit({ lowUsd, highUsd })}
          className="w-full phone:w-40 full:w-60"
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
      <div className="ml-auto flex flex-wrap items-center justify-end gap-1 phone:gap-2">
        <ToggleButton label={messages.chart.replay.button} icon={<History size={14} />} pressed={props.replay} onChange={props.onReplay} />
        <ViewMenu
          url={props.url}
          setUrl={props.setUrl}
          panes={props.panes}
          onPanes={props.onPanes}
          classes={props.classes}
          onClasses={props.onClasses}
          profile={props.profile}
          onProfile={props.onProfile}
        />
        <ExportMenu {...props.exports} />
        <Button
          icon={<PanelRight size={14} />}
          aria-expanded={props.details}
          onClick={props.onDetails}
          className="hidden phone:inline-flex full:hidden"
        >
          {text.details}
        </Button>
        {props.saved}
      </div>
    </div>
  )
}
