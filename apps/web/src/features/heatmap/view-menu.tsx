'use client'
import { HEAT_SCALES, PALETTES, PRICE_STYLES, SHOWN_SIDES } from '@faultline/ui/chart/palette'
import { PANE_IDS, type PaneState } from '@faultline/ui/chart/panes'
import { Button } from '@faultline/ui/react/button'
import { SegmentedControl } from '@faultline/ui/react/segmented-control'
import { Toggle } from '@faultline/ui/react/toggle'
import { SlidersHorizontal } from 'lucide-react'
import { type ReactNode, useCallback, useId, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { useDismiss } from '../shell/use-dismiss.ts'
import { type HeatmapUrl, type SetHeatmapUrl, TIME_ZONES } from './use-heatmap-url.ts'

const text = messages.chart

export interface ViewMenuProps {
  url: HeatmapUrl
  setUrl: SetHeatmapUrl
  panes: readonly PaneState[]
  onPanes: (panes: readonly PaneState[]) => void
  /** names of the classes of leverage, and which are shown */
  classes: readonly { name: string; shown: boolean }[]
  onClasses: (shown: boolean[]) => void
  profile: boolean
  onProfile: (shown: boolean) => void
}

/** How the chart is drawn: all of it stands in the address. */
export function ViewMenu({ url, setUrl, panes, onPanes, classes, onClasses, profile, onProfile }: ViewMenuProps) {
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const id = useId()
  useDismiss(
    open,
    root,
    useCallback(() => setOpen(false), []),
  )
  return (
    <div ref={root} className="relative" data-tour="panes">
      <Button
        icon={<SlidersHorizontal size={14} />}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {text.view}
      </Button>
      {open && (
        <section
          id={id}
          aria-label={text.viewOptions}
          className="app-popover fixed inset-x-2 bottom-16 z-40 max-h-[70dvh] overflow-y-auto p-3 phone:absolute phone:inset-x-auto phone:right-0 phone:bottom-auto phone:mt-1.5 phone:w-[400px]"
        >
          <Row label={text.palette}>
            <SegmentedControl
              label={text.palette}
              size="small"
              options={PALETTES.map((value) => ({ value, label: text.palettes[value] }))}
              value={url.pal}
              onChange={(pal) => void setUrl({ pal })}
            />
          </Row>
          <Row label={text.scale}>
            <SegmentedControl
              label={text.scale}
              size="small"
              options={HEAT_SCALES.map((value) => ({ value, label: text.scales[value], title: text.scalesWhy[value] }))}
              value={url.scale}
              onChange={(scale) => void setUrl({ scale })}
            />
          </Row>
          <Row label={text.sides}>
            <SegmentedControl
              label={text.sides}
              size="small"
              options={SHOWN_SIDES.map((value) => ({ value, label: text.sideNames[value] }))}
              value={url.side}
              onChange={(side) => void setUrl({ side })}
            />
          </Row>
          <Row label={text.price}>
            <SegmentedControl
              label={text.price}
              size="small"
              options={PRICE_STYLES.map((value) => ({ value, label: text.priceStyles[value] }))}
              value={url.ps}
              onChange={(ps) => void setUrl({ ps })}
            />
          </Row>
          <Row label={text.priceScale}>
            <SegmentedControl
              label={text.priceScale}
              size="small"
              options={(['linear', 'log'] as const).map((value) => ({ value, label: text.priceScales[value] }))}
              value={url.log ? 'log' : 'linear'}
              onChange={(value) => void setUrl({ log: value === 'log' })}
            />
          </Row>
          <Row label={text.zone}>
            <SegmentedControl
              label={text.zone}
              size="small"
              options={TIME_ZONES.map((value) => ({ value, label: text.zones[value] }))}
              value={url.tz}
              onChange={(tz) => void setUrl({ tz })}
            />
          </Row>
          <fieldset className="mt-3 border-t border-line pt-2">
            <legend className="float-left mb-1 w-full text-[11px] leading-[14px] text-t3">{text.panes}</legend>
            <div className="clear-both grid grid-cols-2 gap-x-3 gap-y-3 phone:gap-y-1.5">
              {PANE_IDS.map((pane) => (
                <Toggle
                  key={pane}
                  label={text.pane[pane]}
                  checked={panes.some((p) => p.id === pane)}
                  onChange={(on) => onPanes(on ? [...panes, { id: pane }] : panes.filter((p) => p.id !== pane))}
                />
              ))}
              <Toggle label={text.profile} checked={profile} onChange={onProfile} />
            </div>
          </fieldset>
          <fieldset className="mt-3 border-t border-line pt-2">
            <legend className="float-left mb-1 w-full text-[11px] leading-[14px] text-t3">{text.leverage}</legend>
            <div className="clear-both grid grid-cols-3 gap-x-3 gap-y-3 phone:gap-y-1.5">
              {classes.map(({ name, shown }, i) => (
                <Toggle
                  key={name}
                  label={name}
                  checked={shown}
                  onChange={(on) => onClasses(classes.map((c, j) => (i === j ? on : c.shown)))}
                />
              ))}
            </div>
          </fieldset>
        </section>
      )}
    </div>
  )
}

const Row = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="mb-2 grid items-center gap-x-2 gap-y-1 phone:grid-cols-[84px_1fr] [&_button]:flex-auto [&_button]:whitespace-nowrap [&_fieldset]:w-full">
    <span className="text-[11px] leading-[14px] text-t3">{label}</span>
    {children}
  </div>
)
