'use client'
import { formatPercent, formatPrice, formatUsd, priceDecimals } from '@faultline/ui/format'
import { type KeyboardEvent, type PointerEvent, useId, useMemo, useState } from 'react'
import { messages } from '../../messages.ts'
import { moveText, priceText, ratioText } from './prepare/figures.ts'
import { branchingTop, depthLeaves, labelPlace, largest, linePath, moveTicks, sumsTop, ticksTo } from './prepare/geometry.ts'
import { type BarReading, barReadings } from './prepare/readout.ts'
import type { CascadeResult } from './prepare/simulate.ts'
import { useWidth } from './use-width.ts'

const text = messages.cascade.chart
/** Of the two plots and what is between and under them, CSS pixels. */
const PLOT = { top: 30, height: 230 }
const RATIO = { top: 298, height: 96 }
const HEIGHT = 432
const RATIO_BOTTOM = RATIO.top + RATIO.height
const PLOT_BOTTOM = PLOT.top + PLOT.height

const SIDE = {
  long: { fill: 'fill-long', stroke: 'stroke-long' },
  short: { fill: 'fill-short', stroke: 'stroke-short' },
} as const

/** Bars of what is liquidated per price step, sums against depth, branching ratio; one crosshair through both. */
export function DepthChart({ result }: { result: CascadeResult }) {
  const [ref, width] = useWidth<HTMLDivElement>(800)
  const [at, setAt] = useState<number | null>(null)
  const bars = useMemo(() => barReadings(result), [result])
  const narrow = width < 560
  const [left, right] = [narrow ? 44 : 56, width - (narrow ? 48 : 60)]
  const { span } = result.chart
  const x = (distance: number) => left + (Math.min(distance, span) / span) * (right - left)
  const bar = at === null ? null : (bars[Math.min(at, bars.length - 1)] ?? null)

  const point = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect()
    const share = (event.clientX - box.left - left) / (right - left)
    setAt(share < 0 || share > 1 ? null : Math.min(bars.length - 1, Math.floor(share * bars.length)))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const from = at ?? Math.floor((result.shock / span) * bars.length)
    const step = event.shiftKey ? 10 : 1
    const to = {
      ArrowRight: from + step,
      ArrowUp: from + step,
      ArrowLeft: from - step,
      ArrowDown: from - step,
      Home: 0,
      End: bars.length - 1,
    }[event.key]
    if (to !== undefined) {
      event.preventDefault()
      setAt(Math.min(bars.length - 1, Math.max(0, to)))
    } else if (event.key === 'Escape') setAt(null)
  }
  const reading = bar ? readingText(result, bar) : []

  return (
    <div className="px-0 pt-2 pb-1">
      <p aria-hidden="true" className="min-h-8 px-4 text-[11px] leading-4 text-t2 phone:min-h-4">
        {bar ? reading.map((part, i) => <Part key={part} text={part} strong={i === 0} />) : <span className="text-t3">{text.hint}</span>}
      </p>
      <div
        ref={ref}
        role="slider"
        tabIndex={0}
        aria-label={text.crosshair}
        aria-valuemin={0}
        aria-valuemax={bars.length - 1}
        aria-valuenow={at ?? 0}
        aria-valuetext={reading.length > 0 ? reading.join(', ') : text.hint}
        onKeyDown={onKeyDown}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => setAt(null)}
        onBlur={() => setAt(null)}
        className="cursor-crosshair touch-pan-y rounded-md -outline-offset-2!"
      >
        <svg aria-hidden="true" width={width} height={HEIGHT} className="block max-w-full">
          <rect x={left} y={PLOT.top} width={right - left} height={PLOT.height} className="fill-heatbg" />
          <rect x={left} y={RATIO.top} width={right - left} height={RATIO.height} className="fill-heatbg" />
          <Zones result={result} x={x} />
          <Sums result={result} bars={bars} x={x} left={left} right={right} active={at} />
          <Marks result={result} x={x} left={left} right={right} />
          <Ratio result={result} x={x} left={left} right={right} narrow={narrow} />
          <PriceAxis result={result} x={x} narrow={narrow} />
          {bar && (
            <line
              x1={x((bar.from + bar.to) / 2)}
              x2={x((bar.from + bar.to) / 2)}
              y1={PLOT.top}
              y2={RATIO_BOTTOM}
              className="stroke-accfg"
              strokeWidth={1}
            />
          )}
        </svg>
      </div>
    </div>
  )
}

const Part = ({ text: words, strong }: { text: string; strong: boolean }) => (
  <span className={`mr-3 inline-block ${strong ? 'font-semibold text-t1' : ''}`}>{words}</span>
)

function readingText({ side, price }: CascadeResult, bar: BarReading): string[] {
  return [
    text.at(moveText(side, bar.to), priceText(side, bar.to, price)),
    text.atBars[side](formatUsd(bar.usd)),
    text.atCumulative(formatUsd(bar.cumulative)),
    text.atDepth(formatUsd(bar.depth)),
    text.atBranching(ratioText(bar.branching)),
  ]
}

type Scale = (distance: number) => number

/** What the shock itself covers, and from there to the median end. */
function Zones({ result: { side, shock, end }, x }: { result: CascadeResult; x: Scale }) {
  return (
    <>
      {[PLOT, RATIO].map(({ top, height }) => (
        <g key={top}>
          <rect x={x(0)} y={top} width={x(shock) - x(0)} height={height} className="fill-acc" opacity={0.1} />
          <rect x={x(shock)} y={top} width={x(end.p50) - x(shock)} height={height} className={SIDE[side].fill} opacity={0.14} />
        </g>
      ))}
    </>
  )
}

function Sums(props: { result: CascadeResult; bars: BarReading[]; x: Scale; left: number; right: number; active: number | null }) {
  const { result, bars, x, left, right, active } = props
  const clip = useId()
  const { side, chart, shock, end } = result
  const most = largest(chart.bars) * 1.08 || 1
  const sums = sumsTop(chart)
  const yBar = (usd: number) => PLOT_BOTTOM - (usd / most) * PLOT.height
  const ySum = (usd: number) => PLOT_BOTTOM - (Math.min(usd, 2 * sums) / sums) * PLOT.height
  const xs = chart.x.map(x)
  const leaves = depthLeaves(chart, sums)
  return (
    <>
      <clipPath id={clip}>
        <rect x={left} y={PLOT.top} width={right - left} height={PLOT.height} />
      </clipPath>
      {ticksTo(most, 4).map((usd) => (
        <g key={usd}>
          <line x1={left} x2={right} y1={yBar(usd)} y2={yBar(usd)} className="stroke-line" />
          <text x={left - 6} y={yBar(usd) + 3.5} textAnchor="end" className="fill-t2 text-[11px]">
            {formatUsd(usd)}
          </text>
        </g>
      ))}
      {ticksTo(sums, 3).map((usd) => (
        <text key={usd} x={right + 6} y={ySum(usd) + 3.5} className="fill-t3 text-[11px]">
          {formatUsd(usd)}
        </text>
      ))}
      {bars.map((bar, i) => (
        <rect
          key={bar.from}
          x={x(bar.from) + 0.75}
          y={yBar(bar.usd)}
          width={Math.max(1, x(bar.to) - x(bar.from) - 1.5)}
          height={PLOT_BOTTOM - yBar(bar.usd)}
          rx={1}
          className={SIDE[side].fill}
          opacity={i === active ? 1 : bar.to > shock && bar.from < end.p50 ? 0.95 : 0.6}
        />
      ))}
      <g clipPath={`url(#${clip})`} fill="none" strokeLinejoin="round">
        <path d={linePath(xs, chart.cumulative.map(ySum))} className="stroke-heatbg" strokeWidth={5} />
        <path d={linePath(xs, chart.cumulative.map(ySum))} className={SIDE[side].stroke} strokeWidth={2} />
        <path d={linePath(xs, chart.depth.map(ySum))} className="stroke-t1" strokeWidth={2} strokeDasharray="5 4" />
      </g>
      {leaves !== null && (
        <text x={x(leaves) + 8} y={PLOT.top + 14} className="fill-t1 stroke-heatbg text-[11px]" strokeWidth={4} paintOrder="stroke">
          {text.leaves}
        </text>
      )}
    </>
  )
}

function Ratio({ result, x, left, right, narrow }: { result: CascadeResult; x: Scale; left: number; right: number; narrow: boolean }) {
  const id = useId()
  const { chart } = result
  const top = branchingTop(chart)
  const y = (n: number) => RATIO_BOTTOM - (Math.min(n, 2 * top) / top) * RATIO.height
  const xs = chart.x.map(x)
  const line = linePath(xs, chart.branching.map(y), RATIO.top - RATIO.height)
  const area = `${line}L${right},${RATIO_BOTTOM}L${left},${RATIO_BOTTOM}Z`
  return (
    <>
      <text x={left} y={RATIO.top - 10} className="fill-t1 stroke-s1 text-[11px] font-semibold" strokeWidth={4} paintOrder="stroke">
        {text.branching}
        {!narrow && (
          <tspan dx={10} className="fill-t3 font-normal">
            {text.branchingWhy}
          </tspan>
        )}
      </text>
      <clipPath id={`${id}-all`}>
        <rect x={left} y={RATIO.top} width={right - left} height={RATIO.height} />
      </clipPath>
      <clipPath id={`${id}-above`}>
        <rect x={left} y={RATIO.top} width={right - left} height={Math.max(0, y(1) - RATIO.top)} />
      </clipPath>
      <path d={area} clipPath={`url(#${id}-all)`} className="fill-t3" opacity={0.15} />
      <path d={area} clipPath={`url(#${id}-above)`} className="fill-err" opacity={0.45} />
      <line x1={left} x2={right} y1={y(1)} y2={y(1)} className="stroke-err" strokeDasharray="4 4" />
      <path d={line} clipPath={`url(#${id}-all)`} fill="none" className="stroke-t1" strokeWidth={1.5} strokeLinejoin="round" />
      <text x={right + 6} y={y(1) + 3.5} className="fill-err text-[11px] font-semibold">
        1
      </text>
      {ticksTo(top, 3).map((n) => (
        <text key={n} x={left - 6} y={y(n) + 3.5} textAnchor="end" className="fill-t2 text-[11px]">
          {n.toFixed(1)}
        </text>
      ))}
    </>
  )
}

/** The shock and the median end, named; their labels stand at different heights. */
function Marks({ result, x, left, right }: { result: CascadeResult; x: Scale; left: number; right: number }) {
  const { side, shock, end } = result
  return (
    <>
      <Mark at={x(shock)} top={8} label={text.shock(moveText(side, shock, 1))} left={left} right={right} stroke="stroke-accfg" />
      <Mark
        at={x(end.p50)}
        top={34}
        label={text.medianEnd(moveText(side, end.p50, 1))}
        left={left}
        right={right}
        stroke={SIDE[side].stroke}
      />
    </>
  )
}

function Mark(props: { at: number; top: number; label: string; left: number; right: number; stroke: string }) {
  const { at, top, label, left, right, stroke } = props
  const half = label.length * 3.1 + 7
  const centre = left + labelPlace(at - left, half, right - left)
  return (
    <>
      <line x1={at} x2={at} y1={top + 20} y2={RATIO_BOTTOM} className={stroke} strokeDasharray="4 3" strokeWidth={1.5} />
      <rect x={centre - half} y={top} width={2 * half} height={20} rx={4} className={`fill-s2 ${stroke}`} />
      <text x={centre} y={top + 14} textAnchor="middle" className="fill-t1 text-[11px] font-semibold">
        {label}
      </text>
    </>
  )
}

function PriceAxis({ result: { side, price, chart }, x, narrow }: { result: CascadeResult; x: Scale; narrow: boolean }) {
  return (
    <>
      {moveTicks(side, 0, chart.span, narrow ? 4 : 8).map(({ move, distance }) => (
        <g key={move} textAnchor="middle">
          <text x={x(distance)} y={RATIO_BOTTOM + 15} className="fill-t2 text-[11px]">
            {formatPercent(side === 'long' ? -move : move, {
              sign: true,
              decimals: Number.isInteger(Math.round(move * 1e6) / 1e4) ? 0 : 1,
            })}
          </text>
          <text x={x(distance)} y={RATIO_BOTTOM + 29} className="fill-t3 text-[11px]">
            {formatPrice(price * (side === 'long' ? 1 - move : 1 + move), priceDecimals(price))}
          </text>
        </g>
      ))}
    </>
  )
}
