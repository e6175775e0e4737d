'use client'
import { UNCERTAINTY_DEFAULTS } from '@faultline/engine/readings/cascade-monte-carlo'
import { formatPercent, formatPrice, priceDecimals } from '@faultline/ui/format'
import { Button } from '@faultline/ui/react/button'
import { Panel } from '@faultline/ui/react/panel'
import { SegmentedControl } from '@faultline/ui/react/segmented-control'
import { Slider } from '@faultline/ui/react/slider'
import { CircleCheck, LoaderCircle, RotateCcw } from 'lucide-react'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { formatCount } from '../shell/prepare/format.ts'
import { moveText, priceText, secondsText, tookText } from './prepare/figures.ts'
import {
  type AskedScenario,
  DEPTH_FACTORS,
  DIRECTIONS,
  DURATIONS_S,
  HALF_LIVES_S,
  MAX_SHOCK,
  type Scenario,
  SHOCK_STEP,
  STRESSED_REFILL,
  shockPrice,
} from './prepare/scenario.ts'
import type { CascadeResult } from './prepare/simulate.ts'

const text = messages.cascade.scenario

export interface ScenarioPanelProps {
  scenario: Scenario
  /** the map's; null before there is one */
  price: number | null
  result: CascadeResult | null
  slow: boolean
  facts: { model: string; draws: number; depth: string; law: boolean } | null
  onChange: (change: Partial<AskedScenario>) => void
  onReset: () => void
}

/** What the reader chooses, and what is taken for granted; what comes with the map stands last, so that nothing moves when it is there. */
export function ScenarioPanel({ scenario, price, result, slow, facts, onChange, onReset }: ScenarioPanelProps) {
  const { direction, shock } = scenario
  const sign = direction === 'down' ? -1 : 1
  return (
    <Panel
      title={text.title}
      actions={
        <Button size="small" variant="ghost" icon={<RotateCcw size={12} />} onClick={onReset}>
          {text.reset}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <SegmentedControl
          label={text.direction}
          options={DIRECTIONS.map((value) => ({ value, label: text[value] }))}
          value={direction}
          onChange={(dir) => onChange({ dir })}
          className="w-full shrink-0 [&>button]:flex-1"
        />
        <div className="rounded-lg border border-line2 bg-s2 p-3">
          <div className="text-[11px] text-t3">{text.shock}</div>
          <div className="flex flex-wrap items-baseline gap-x-2">
            <span className="fl-text-number">{percentOf(sign * shock)}</span>
            {price !== null && <span className="text-t2">{text.to(formatPrice(shockPrice(scenario, price), priceDecimals(price)))}</span>}
          </div>
          <Slider
            bare
            label={text.shock}
            valueText={percentOf(sign * shock)}
            min={0}
            max={MAX_SHOCK}
            step={SHOCK_STEP}
            value={shock}
            onChange={(value) => onChange({ shock: value })}
            ends={[percentOf(0), percentOf(sign * MAX_SHOCK)]}
            className="mt-1"
          />
          <p className="mt-2 min-h-4 font-medium text-accfg">
            {slow
              ? messages.cascade.computing
              : result && text.medianEnd(moveText(result.side, result.end.p50, 1), priceText(result.side, result.end.p50, result.price))}
          </p>
        </div>
        <Slider
          label={text.passThrough}
          title={text.passThroughWhy}
          valueText={formatPercent(scenario.passThrough, { decimals: 0 })}
          min={0}
          max={100}
          step={1}
          value={Math.round(scenario.passThrough * 100)}
          onChange={(eta) => onChange({ eta })}
          ends={[formatPercent(0, { decimals: 0 }), formatPercent(1, { decimals: 0 })]}
        />
        <StepSlider
          label={text.depth}
          title={text.depthWhy}
          format={times}
          choices={DEPTH_FACTORS}
          value={scenario.depthFactor}
          onChange={(depth) => onChange({ depth })}
        />
        <StepSlider
          label={text.halfLife}
          title={text.halfLifeWhy}
          format={secondsText}
          choices={HALF_LIVES_S}
          value={scenario.halfLifeMs / 1_000}
          onChange={(half) => onChange({ half })}
        />
        <StepSlider
          label={text.duration}
          title={text.durationWhy}
          format={secondsText}
          choices={DURATIONS_S}
          value={scenario.durationMs / 1_000}
          onChange={(dur) => onChange({ dur })}
        />
      </div>
      <div className="-mx-4 mt-4 border-t border-line px-4 pt-3">
        <p className="mb-3 flex min-h-8 items-start gap-2 text-[11px] leading-[15px] text-t2">
          {slow ? (
            <LoaderCircle size={14} aria-hidden="true" className="flex-none animate-spin text-t3" />
          ) : (
            result && <CircleCheck size={14} aria-hidden="true" className="flex-none text-ok" />
          )}
          {slow ? messages.cascade.computing : result && text.runs(formatCount(result.runs), tookText(result.tookMs))}
        </p>
        <h3 className="text-[11px] text-t3">{text.assumptions}</h3>
        <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-3 gap-y-1.5">
          <Fact label={text.depthSpread}>{text.depthSpreadValue(Math.exp(UNCERTAINTY_DEFAULTS.depthSpread).toFixed(2))}</Fact>
          <Fact label={text.stress}>
            {text.stressValue(
              formatPercent(UNCERTAINTY_DEFAULTS.stressedShare, { decimals: 0 }),
              formatPercent(UNCERTAINTY_DEFAULTS.stressedDepth, { decimals: 0 }),
              String(STRESSED_REFILL),
            )}
          </Fact>
          <Fact label={text.seed}>{text.seedValue}</Fact>
          {facts && <Fact label={text.model}>{facts.model}</Fact>}
          {facts && (
            <Fact label={text.map}>
              {facts.draws > 0 ? text.draws(formatCount(facts.draws)) : <span className="text-warn">{text.noDraws}</span>}
            </Fact>
          )}
          {facts && (
            <Fact label={text.depthSource}>
              {facts.depth}
              {facts.law && <span className="block text-[11px] leading-[15px] text-t3">{text.lawWhy}</span>}
            </Fact>
          )}
        </dl>
      </div>
    </Panel>
  )
}

const percentOf = (value: number): string => formatPercent(value / 100, { sign: true })
const times = (factor: number): string => `${factor.toFixed(2)}×`

/** A slider over a few values that are no even steps. */
function StepSlider(props: {
  label: string
  title: string
  format: (value: number) => string
  choices: readonly number[]
  value: number
  onChange: (value: number) => void
}) {
  const { label, title, format, choices, value, onChange } = props
  return (
    <Slider
      label={label}
      title={title}
      valueText={format(value)}
      min={0}
      max={choices.length - 1}
      step={1}
      value={Math.max(0, choices.indexOf(value))}
      onChange={(at) => onChange(choices[at] ?? value)}
      ends={[format(choices[0] ?? 0), format(choices.at(-1) ?? 0)]}
    />
  )
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-t3">{label}</dt>
      <dd className="min-w-0 text-right wrap-anywhere text-t1">{children}</dd>
    </>
  )
}
