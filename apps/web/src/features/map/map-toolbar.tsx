'use client'
import { Button } from '@faultline/ui/react/button'
import { SegmentedControl } from '@faultline/ui/react/segmented-control'
import { ToggleButton } from '@faultline/ui/react/toggle'
import { Table2 } from 'lucide-react'
import { messages } from '../../messages.ts'
import { ExportMenu, type ExportMenuProps } from '../export/export-menu.tsx'
import { type MapUrl, SPANS, STACKS } from './use-map-url.ts'

const text = messages.map

export interface MapToolbarProps {
  stack: MapUrl['stack']
  onStack: (stack: MapUrl['stack']) => void
  /** only sums consist of venues */
  venues: boolean
  /** null: zoomed, none of the named ranges */
  span: MapUrl['span'] | null
  onSpan: (span: MapUrl['span']) => void
  cumulative: boolean
  onCumulative: (on: boolean) => void
  log: boolean
  onLog: (on: boolean) => void
  table: boolean
  onTable: (on: boolean) => void
  exports: ExportMenuProps
}

export function MapToolbar(props: MapToolbarProps) {
  return (
    <div className="flex min-h-11 flex-none flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-s1 px-3 py-2 phone:py-1">
      <SegmentedControl<string>
        label={text.span}
        options={SPANS.map((span) => ({ value: String(span), label: text.spanName(String(span)) }))}
        value={String(props.span ?? '')}
        onChange={(value) => props.onSpan(SPANS.find((span) => String(span) === value) ?? SPANS[1])}
        className="w-full phone:w-auto [&>button]:flex-1"
      />
      <div className="flex items-center gap-2">
        <span aria-hidden="true" className="text-t3">
          {text.stack}
        </span>
        <SegmentedControl
          label={text.stack}
          options={STACKS.map((value) => ({
            value,
            label: text.stacks[value],
            ...(value === 'venue' && !props.venues ? { disabled: true, title: text.stackVenueOnly } : {}),
          }))}
          value={props.stack}
          onChange={props.onStack}
        />
      </div>
      <ToggleButton label={text.cumulative} pressed={props.cumulative} onChange={props.onCumulative} />
      <ToggleButton label={text.log} pressed={props.log} onChange={props.onLog} />
      <Button
        icon={<Table2 size={14} />}
        aria-pressed={props.table}
        onClick={() => props.onTable(!props.table)}
        className="fl-toggle-button ml-auto"
      >
        {text.asTable}
      </Button>
      <ExportMenu {...props.exports} />
    </div>
  )
}
