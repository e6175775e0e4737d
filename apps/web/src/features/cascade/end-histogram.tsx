'use client'
import { formatPercent, formatPrice, formatUsd, priceDecimals } from '@faultline/ui/format'
import { Panel } from '@faultline/ui/react/panel'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { formatCount, MISSING } from '../shell/prepare/format.ts'
import { amplification, endRange, priceText, tookText } from './prepare/figures.ts'
import { isWithin, labelPlace, largest, moveTicks } from './prepare/geometry.ts'
import type { DepthSource } from './prepare/market.ts'
import type { CascadeResult } from './prepare/simulate.ts'
import { useWidth } from './use-width.ts'

const text = messages.cascade.ends
const HEIGHT = 226
const [TOP, BOTTOM, SIDE] = [34, 36, 12] as const
/** log distance: nine in ten runs that end nearer to the shock have not moved */
const STILL = 0.0005
/** of the bar for runs beyond the last edge, with the gap before it */
const BEYOND = 26

/** Where the runs end. */
export function EndHistogram({ result, depth }: { result: CascadeResult; depth: DepthSource }) {
  const [low, high] = endRange(result)
  const times = amplification(result)
  return (
    <Panel
      flush
      title={
        <>
          {text.title} <span className="font-normal text-t3">{text.runs(formatCount(result.runs), tookText(result.tookMs))}</span>
        </>
      }
      actions={
        <span className="font-semibold" title={text.eighty}>
          {text.range(low, high)}
        </span>
      }
      className="flex flex-col [&>.fl-panel-flush]:flex [&>.fl-panel-flush]:flex-1 [&>.fl-panel-flush]:flex-col"
    >
      <Bars result={result} />
      {result.end.p90 - result.shock < STILL && <p className="px-4 pb-3 leading-[18px] text-t2">{text.still}</p>}
      <dl className="mt-auto grid grid-cols-3 gap-2 border-t border-line px-4 py-3">
        <Kpi label={text.amplification} title={text.amplificationWhy}>
          {times === null ? MISSING : `${times.toFixed(2)}×`}
        </Kpi>
        <Kpi label={text.liquidated} title={text.liquidatedRange(formatUsd(result.liquidatedUsd.p10), formatUsd(result.liquidatedUsd.p90))}>
          {formatUsd(result.liquidatedUsd.p50)}
          <span className="block text-[11px] leading-[14px] font-normal text-t3">
            {text.liquidatedRange(formatUsd(result.liquidatedUsd.p10), formatUsd(result.liquidatedUsd.p90))}
          </span>
        </Kpi>
        <Kpi label={text.past[depth]} title={text.pastWhy[depth]}>
          {result.pastBook === null ? <span className="text-t3">{text.noBook}</span> : formatPercent(result.pastBook, { decimals: 0 })}
        </Kpi>
      </dl>
    </Panel>
  )
}

function Bars({ result }: { result: CascadeResult }) {
  const [ref, width] = useWidth<HTMLElement>(480)
  const { side, price, end, histogram, runs } = result
  const { edges, counts, beyond } = histogram
  const [from, to] = [edges[0] ?? 0, edges.at(-1) ?? 1]
  const [left, right] = [SIDE, width - SIDE - BEYOND]
  const x = (distance: number) => left + ((distance - from) / (to - from)) * (right - left)
  const most = Math.max(largest(counts), beyond, 1)
  const base = HEIGHT - BOTTOM
  const y = (count: number) => base - (count / most) * (base - TOP)
  const barWidth = (right - left) / counts.length
  const median = x(Math.min(to, end.p50))
  const band: [number, number] = [x(end.p10), x(Math.min(to, end.p90))]
  const inside = band[1] - left > 84
  const medianText = text.median(priceText(side, end.p50, price))
  const [low, high] = endRange(result)
  return (
    <figure ref={ref} className="min-w-0">
      <figcaption className="sr-only">{text.label(priceText(side, end.p50, price), low, high, formatCount(runs))}</figcaption>
      <svg aria-hidden="true" width={width} height={HEIGHT} className="block max-w-full">
        <rect x={band[0]} y={8} width={Math.max(barWidth, band[1] - band[0])} height={base - 8} className="fill-acc" opacity={0.12} />
        {[...counts].map((count, i) => (
          <rect
            key={edges[i]}
            x={left + i * barWidth + 0.75}
            y={y(count)}
            width={Math.max(1, barWidth - 1.5)}
            height={base - y(count)}
            rx={1}
            className="fill-acc"
            opacity={isWithin(histogram, i, end.p10, end.p90) ? 1 : 0.5}
          />
        ))}
        {beyond > 0 && (
          <g>
            <rect x={right + 10} y={y(beyond)} width={10} height={base - y(beyond)} rx={1} className="fill-acc" opacity={0.5} />
            <text x={width - 4} y={base + 28} textAnchor="end" className="fill-t3 text-[11px]">
              {text.beyond}
            </text>
          </g>
        )}
        <line x1={left} x2={width - SIDE} y1={base + 0.5} y2={base + 0.5} className="stroke-line2" />
        <line x1={median} x2={median} y1={8} y2={base} className="stroke-t1" strokeDasharray="4 3" strokeWidth={1.5} />
        <text
          x={labelPlace(median + 8 + medianText.length * 3.2, medianText.length * 3.2, width - SIDE)}
          y={18}
          textAnchor="middle"
          className="fill-t1 text-[11px] font-semibold"
        >
          {medianText}
        </text>
        <text
          x={inside ? band[1] - 6 : band[1] + 6}
          y={31}
          textAnchor={inside ? 'end' : 'start'}
          className="fill-accfg stroke-s1 text-[11px]"
          strokeWidth={4}
          paintOrder="stroke"
        >
          {text.eighty}
        </text>
        {moveTicks(side, from, to, width < 420 ? 3 : 5).map(({ move, distance }) => (
          <text key={move} x={labelPlace(x(distance), 22, right + 12)} y={base + 14} textAnchor="middle" className="fill-t2 text-[11px]">
            {formatPercent(side === 'long' ? -move : move, { sign: true, decimals: tickDecimals(move) })}
          </text>
        ))}
        <text x={left} y={base + 28} className="fill-t3 text-[11px]">
          {formatPrice(price * Math.exp(side === 'long' ? -from : from), priceDecimals(price))}
        </text>
      </svg>
    </figure>
  )
}

const tickDecimals = (move: number): number =>
  Math.abs(move * 100 - Math.round(move * 100)) < 1e-6 ? 0 : Math.abs(move * 1000 - Math.round(move * 1000)) < 1e-6 ? 1 : 2

function Kpi({ label, title, children }: { label: string; title: string; children: ReactNode }) {
  return (
    <div title={title} className="min-w-0">
      <dt className="text-[11px] leading-[14px] text-t3">{label}</dt>
      <dd className="mt-0.5 text-[15px] leading-5 font-semibold">{children}</dd>
    </div>
  )
}
