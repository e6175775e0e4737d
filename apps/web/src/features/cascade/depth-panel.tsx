'use client'
import { formatPercent, formatUsd } from '@faultline/ui/format'
import { Button } from '@faultline/ui/react/button'
import { Panel } from '@faultline/ui/react/panel'
import { ChartColumn, Table2 } from 'lucide-react'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { DepthChart } from './depth-chart.tsx'
import { moveText, priceText, ratioText } from './prepare/figures.ts'
import { barReadings } from './prepare/readout.ts'
import type { CascadeResult } from './prepare/simulate.ts'

const text = messages.cascade.chart

/** Density against depth, and the branching ratio under it; as a picture or as a table. */
export function DepthPanel({ result, depth }: { result: CascadeResult; depth: string }) {
  const [table, setTable] = useState(false)
  const { side } = result
  return (
    <Panel
      flush
      title={text.title[side]}
      actions={
        <Button
          size="small"
          variant="ghost"
          icon={table ? <ChartColumn size={14} /> : <Table2 size={14} />}
          onClick={() => setTable(!table)}
        >
          {table ? text.asChart : text.asTable}
        </Button>
      }
    >
      <Legend result={result} depth={depth} />
      {table ? <BarTable result={result} /> : <DepthChart result={result} />}
    </Panel>
  )
}

function Legend({ result: { side, chart }, depth }: { result: CascadeResult; depth: string }) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 px-4 pt-3 text-[11px] text-t2">
      <li className="flex items-center gap-1.5">
        <span aria-hidden="true" className={`size-2.5 rounded-sm ${side === 'long' ? 'bg-long' : 'bg-short'} opacity-70`} />
        {text.bars[side](formatPercent(chart.barWidth))}
      </li>
      <li className="flex items-center gap-1.5">
        <span aria-hidden="true" className={`h-0.5 w-4 ${side === 'long' ? 'bg-long' : 'bg-short'}`} />
        {text.cumulative}
      </li>
      <li className="flex items-center gap-1.5">
        <span aria-hidden="true" className="w-4 border-t-2 border-dashed border-t1" />
        {text.depth[side]}
      </li>
      <li className="text-t3">
        {messages.cascade.scenario.depthSource}: {depth}
      </li>
    </ul>
  )
}

const CELL = 'h-[28px] px-1 text-right first:pl-4 last:pr-4 phone:px-2'

function BarTable({ result }: { result: CascadeResult }) {
  const { side, price } = result
  return (
    <div className="mt-2 overflow-x-auto">
      <table className="w-full border-collapse">
        <caption className="sr-only">{text.table}</caption>
        <thead className="text-t3">
          <tr>
            {[
              text.columns.move,
              text.columns.price,
              text.sides[side],
              text.columns.cumulative,
              text.columns.depth,
              text.columns.branching,
            ].map((name) => (
              <th key={name} scope="col" className={`${CELL} font-normal`}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {barReadings(result).map((bar) => (
            <tr key={bar.from} className="border-t border-line">
              <th scope="row" className={`${CELL} font-semibold`}>
                {moveText(side, bar.to)}
              </th>
              <td className={CELL}>{priceText(side, bar.to, price)}</td>
              <td className={CELL}>{formatUsd(bar.usd)}</td>
              <td className={CELL}>{formatUsd(bar.cumulative)}</td>
              <td className={CELL}>{formatUsd(bar.depth)}</td>
              <td className={`${CELL} ${bar.branching > 1 ? 'font-semibold text-err' : ''}`}>{ratioText(bar.branching)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
