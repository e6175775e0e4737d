import { formatPercent } from '@faultline/ui/format'
import { messages } from '../../messages.ts'
import { formatCount } from '../shell/prepare/format.ts'
import type { ReliabilityBin } from './prepare/accuracy.ts'

const text = messages.accuracy.reliability
const TICKS = [0, 0.25, 0.5, 0.75, 1]
const HEIGHT = 260
const across = (share: number): string => `${(100 * share).toFixed(2)}%`
const up = (share: number): string => across(1 - share)
const whole = (share: number): string => formatPercent(share, { decimals: 0 })
/** 3 px for one forecast, 8 px from ten thousand on: area would make the rare ones vanish */
const radiusOf = (count: number): number => 3 + 1.25 * Math.min(4, Math.log10(Math.max(1, count)))

/** What was said against how often it came, by tenths of probability, with 95 % intervals; the counts stand in the table. */
export function ReliabilityPlot({ bins }: { bins: readonly ReliabilityBin[] }) {
  return (
    <figure className="m-0">
      <div className="grid grid-cols-[36px_1fr] gap-x-2 pr-3">
        <svg width="100%" height={HEIGHT} className="overflow-visible" aria-hidden="true">
          {TICKS.map((tick) => (
            <text key={tick} x="100%" y={up(tick)} dy="4" textAnchor="end" fontSize="11" fill="var(--fl-t3)">
              {whole(tick)}
            </text>
          ))}
        </svg>
        <svg width="100%" height={HEIGHT} className="overflow-visible bg-heatbg" role="img" aria-label={summaryOf(bins)}>
          {TICKS.map((tick) => (
            <line key={tick} x1="0" x2="100%" y1={up(tick)} y2={up(tick)} stroke="var(--fl-line)" />
          ))}
          <line x1="0" y1="100%" x2="100%" y2="0" stroke="var(--fl-t2)" strokeDasharray="4 3" />
          <text x="97%" y="12%" textAnchor="end" fontSize="11" fill="var(--fl-t2)">
            {text.perfect}
          </text>
          {bins.map(({ from, said, came, low, high, count }) => (
            <g key={from} stroke="var(--fl-acc)" strokeWidth="1.5">
              {low !== null && high !== null && (
                <line x1={across(said)} x2={across(said)} y1={up(low)} y2={up(high)} strokeWidth="5" strokeOpacity="0.35" />
              )}
              <circle cx={across(said)} cy={up(came)} r={radiusOf(count)} fill="var(--fl-acc)" stroke="var(--fl-heatbg)" />
            </g>
          ))}
        </svg>
        <span />
        <svg width="100%" height="34" className="overflow-visible" aria-hidden="true">
          {TICKS.map((tick) => (
            <text key={tick} x={across(tick)} y="14" textAnchor="middle" fontSize="11" fill="var(--fl-t3)">
              {whole(tick)}
            </text>
          ))}
          <text x="50%" y="30" textAnchor="middle" fontSize="11" fill="var(--fl-t3)">
            {text.said}
          </text>
        </svg>
      </div>
      <figcaption className="mt-2 text-[11px] leading-4 text-t3">{text.what}</figcaption>
      <details className="mt-2">
        <summary className="cursor-pointer rounded-md py-1 font-medium text-accfg">{messages.accuracy.table}</summary>
        <table className="mt-1 w-full text-right [&_td]:py-1 [&_th]:py-1 [&_th]:font-normal [&_th]:text-t3">
          <thead>
            <tr>
              <th scope="col" className="text-left">
                {text.columns.said}
              </th>
              <th scope="col">{text.columns.came}</th>
              <th scope="col">{text.columns.interval}</th>
              <th scope="col">{text.columns.count}</th>
            </tr>
          </thead>
          <tbody>
            {bins.map(({ from, said, came, low, high, count }) => (
              <tr key={from} className="border-t border-line">
                <td className="text-left">{formatPercent(said)}</td>
                <td>{formatPercent(came)}</td>
                <td>{low === null || high === null ? '–' : `${formatPercent(low)} – ${formatPercent(high)}`}</td>
                <td>{formatCount(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  )
}

const summaryOf = (bins: readonly ReliabilityBin[]): string =>
  bins.map(({ said, came, count }) => text.row(whole(said), whole(came), formatCount(count))).join('; ')
