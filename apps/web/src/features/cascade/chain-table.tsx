import { formatUsd } from '@faultline/ui/format'
import { Badge } from '@faultline/ui/react/badge'
import { Panel } from '@faultline/ui/react/panel'
import { messages } from '../../messages.ts'
import { formatCount } from '../shell/prepare/format.ts'
import { shownSteps } from './prepare/chain.ts'
import { moveText, priceText } from './prepare/figures.ts'
import type { CascadeResult } from './prepare/simulate.ts'

const text = messages.cascade.chain
const MOST_ROWS = 9
const CELL = 'h-[30px] px-1.5 text-right first:pl-4 last:pr-4'

/** The closed form, round by round. */
export function ChainTable({ result }: { result: CascadeResult }) {
  const { side, price, closed, scenario } = result
  const rows = shownSteps(closed.steps, MOST_ROWS)
  const shock = priceText(side, result.shock, price)
  return (
    <Panel
      flush
      title={
        <>
          {text.title} <span className="font-normal text-t3">{text.lead}</span>
        </>
      }
      actions={<Badge>{text.count(formatCount(closed.steps.length))}</Badge>}
      className="flex flex-col [&>.fl-panel-flush]:flex-1"
    >
      {rows.length === 0 ? (
        <p className="p-4 text-t2">{text.none}</p>
      ) : (
        <div className="@container overflow-x-auto">
          <table className="w-full border-collapse">
            <thead>
              <tr className="text-t3">
                <th scope="col" className={`${CELL} text-left! font-normal`}>
                  {text.columns.step}
                </th>
                {[text.columns.from, text.columns.liquidated, text.columns.sold[side], text.columns.move, text.columns.to].map((name) => (
                  <th key={name} scope="col" className={`${CELL} font-normal ${name === text.columns.sold[side] ? ROOMY : ''}`}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.first} className="border-t border-line">
                  <th scope="row" className={`${CELL} text-left! font-normal text-t3`}>
                    {row.first === row.last ? row.first : text.span(String(row.first), String(row.last))}
                  </th>
                  <td className={CELL}>{priceText(side, row.from, price)}</td>
                  <td className={`${CELL} font-semibold`}>{formatUsd(row.liquidatedUsd)}</td>
                  <td className={`${CELL} ${ROOMY} text-t2`}>{formatUsd(row.soldUsd)}</td>
                  <td className={`${CELL} ${SIDE_TEXT[side]}`}>{moveText(side, row.to - row.from)}</td>
                  <td className={`${CELL} font-semibold`}>{priceText(side, row.to, price)}</td>
                </tr>
              ))}
            </tbody>
            <tfoot>
              <tr className="border-t border-line2 font-semibold">
                <th scope="row" className={`${CELL} text-left! font-semibold`}>
                  {text.total}
                </th>
                <td className={CELL}>{shock}</td>
                <td className={CELL}>{formatUsd(closed.liquidatedUsd)}</td>
                <td className={`${CELL} ${ROOMY}`}>{formatUsd(closed.liquidatedUsd * scenario.passThrough)}</td>
                <td className={`${CELL} ${SIDE_TEXT[side]}`}>{moveText(side, closed.end - result.shock)}</td>
                <td className={CELL}>{priceText(side, closed.end, price)}</td>
              </tr>
            </tfoot>
          </table>
        </div>
      )}
      {closed.bookExhausted && <p className="border-t border-line px-4 py-3 text-warn">{text.exhausted}</p>}
    </Panel>
  )
}

/** Follows from what is liquidated, and is left out first where there is no room. */
const ROOMY = 'hidden @min-[380px]:table-cell'
const SIDE_TEXT = { long: 'text-long', short: 'text-short' } as const
