import { formatPercent, formatPrice, priceDecimals } from '@faultline/ui/format'
import { IntervalDot } from '@faultline/ui/react/interval-dot'
import { Panel } from '@faultline/ui/react/panel'
import { messages } from '../../messages.ts'
import { formatCount } from '../shell/prepare/format.ts'
import type { CascadeResult } from './prepare/simulate.ts'

const text = messages.cascade.chances
/** Of some thousand runs none is 0, one is less than a hundredth. */
const percent = (share: number): string => (share > 0 && share < 0.005 ? text.little : formatPercent(share, { decimals: 0 }))

/** How likely it is to end at a price or beyond it. */
export function ChancesPanel({ result }: { result: CascadeResult }) {
  const { side, price, chances, drawnMaps } = result
  return (
    <Panel flush title={text.title} actions={<span className="text-t3">{text.eighty}</span>}>
      <table className="w-full border-collapse">
        <thead>
          <tr className="h-8 text-left text-t3">
            <th scope="col" className="pl-4 font-normal whitespace-nowrap">
              {side === 'long' ? text.below : text.above}
            </th>
            <th scope="col" className="px-2 text-right font-normal">
              {text.probability}
            </th>
            <th scope="col" className="w-1/3 pr-4 pl-2 font-normal">
              <span className="sr-only">{text.interval}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {chances.map((chance) => (
            <tr key={chance.move} className="h-[34px] border-t border-line">
              <th scope="row" className="pl-4 text-left font-normal whitespace-nowrap text-t2">
                <span className="font-semibold text-t1">{formatPercent(chance.move, { sign: true })}</span>{' '}
                {formatPrice(chance.price, priceDecimals(price))}
              </th>
              <td className="px-2 text-right font-semibold">{percent(chance.probability)}</td>
              <td className="pr-4 pl-2">
                <IntervalDot
                  min={0}
                  max={1}
                  value={chance.probability}
                  low={chance.low}
                  high={chance.high}
                  label={text.label(percent(chance.probability), percent(chance.low), percent(chance.high))}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="border-t border-line px-4 py-2.5 text-[11px] leading-[15px] text-t3">
        {drawnMaps > 0 ? text.overMaps(formatCount(drawnMaps), formatCount(result.runsPerMap)) : text.overRuns}
      </p>
    </Panel>
  )
}
