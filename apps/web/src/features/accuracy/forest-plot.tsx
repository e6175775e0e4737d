import { messages } from '../../messages.ts'
import type { Gain, MarketAccuracy } from './prepare/accuracy.ts'
import { formatLift, formatLiftInterval, type LiftAxis, liftAxis, type Verdict, verdictOf } from './prepare/lift.ts'
import { nameOf } from './prepare/names.ts'

const text = messages.accuracy.forest
const verdicts = messages.accuracy.verdicts
const ROW = 'grid grid-cols-[80px_1fr_88px] items-center gap-2 phone:grid-cols-[112px_1fr_112px]'
const percent = (axis: LiftAxis, gain: number): string => `${(100 * axis.at(gain)).toFixed(2)}%`

export const VERDICT_COLOUR: Record<Verdict, string> = {
  above: 'var(--fl-acc)',
  unclear: 'var(--fl-t2)',
  below: 'var(--fl-err)',
  early: 'var(--fl-t3)',
}

/** Each market's lift over both nulls: a circle over distance alone, a square over the day before, and their intervals. */
export function ForestPlot({ markets }: { markets: readonly MarketAccuracy[] }) {
  const axis = liftAxis(
    markets.flatMap(({ gains: { distanceOnly, stale } }) => [distanceOnly, stale].flatMap((g) => [g?.perEvent, g?.low, g?.high])),
  )
  return (
    <figure className="m-0">
      <p className="mb-2 flex flex-wrap gap-x-4 gap-y-1 text-t2" aria-hidden="true">
        <Key stale={false} />
        <Key stale />
      </p>
      <div className={ROW} aria-hidden="true">
        <span />
        <svg width="100%" height="16" className="overflow-visible" aria-hidden="true">
          <text x={percent(axis, 0)} y="12" textAnchor="middle" fontSize="11" fill="var(--fl-t2)">
            {text.none}
          </text>
        </svg>
      </div>
      <ul>
        {markets.map((market) => (
          <Row key={market.key} market={market} axis={axis} />
        ))}
      </ul>
      <div className={ROW} aria-hidden="true">
        <span />
        <svg width="100%" height="20" className="overflow-visible" aria-hidden="true">
          {axis.ticks.map(({ gain, label }, i) => (
            <text
              key={label}
              // on a phone there is room for 1×, and for an end that is not beside it
              className={gain === 0 || (isEnd(axis, i) && Math.abs(axis.at(gain) - axis.at(0)) > 0.25) ? undefined : 'hidden phone:inline'}
              x={percent(axis, gain)}
              y="14"
              textAnchor="middle"
              fontSize="11"
              fontWeight={gain === 0 ? 600 : 400}
              fill={gain === 0 ? 'var(--fl-t1)' : 'var(--fl-t3)'}
            >
              {label}
            </text>
          ))}
        </svg>
      </div>
      <figcaption className="mt-2 text-[11px] leading-4 text-t3">
        {text.unclearWhy} {text.earlyWhy}
      </figcaption>
    </figure>
  )
}

const isEnd = (axis: LiftAxis, i: number): boolean => i === 0 || i === axis.ticks.length - 1

function Key({ stale }: { stale: boolean }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <svg width="12" height="12" aria-hidden="true">
        {stale ? <rect x="2" y="2" width="8" height="8" fill="var(--fl-acc)" /> : <circle cx="6" cy="6" r="4.5" fill="var(--fl-acc)" />}
      </svg>
      {stale ? text.stale : text.distance}
    </span>
  )
}

function Row({ market, axis }: { market: MarketAccuracy; axis: LiftAxis }) {
  const { symbol, venue } = nameOf(market.key)
  const { distanceOnly, stale } = market.gains
  return (
    <li className={ROW}>
      <span className="min-w-0">
        <span className="block truncate font-semibold text-t1" title={market.key}>
          {symbol}
        </span>
        <span className="block truncate text-[11px] leading-4 text-t3">{venue}</span>
      </span>
      <svg width="100%" height="44" className="bg-heatbg" aria-hidden="true">
        {axis.ticks.map(({ gain, label }) => (
          <line
            key={label}
            x1={percent(axis, gain)}
            x2={percent(axis, gain)}
            y1="0"
            y2="44"
            stroke={gain === 0 ? 'var(--fl-t2)' : 'var(--fl-line)'}
            strokeDasharray={gain === 0 ? '4 3' : undefined}
          />
        ))}
        <Mark gain={distanceOnly} verdict={verdictOf(distanceOnly, market.moreDays)} axis={axis} y={14} square={false} />
        <Mark gain={stale} verdict={verdictOf(stale, market.moreDays)} axis={axis} y={31} square />
      </svg>
      <span className="flex flex-col">
        <Value name={text.distance} gain={distanceOnly} verdict={verdictOf(distanceOnly, market.moreDays)} />
        <Value name={text.stale} gain={stale} verdict={verdictOf(stale, market.moreDays)} />
      </span>
    </li>
  )
}

function Mark({ gain, verdict, axis, y, square }: { gain: Gain; verdict: Verdict; axis: LiftAxis; y: number; square: boolean }) {
  if (!gain) return null
  const colour = VERDICT_COLOUR[verdict]
  const x = percent(axis, gain.perEvent)
  // hollow unless it stands clear of 1×
  const fill = verdict === 'above' ? colour : 'var(--fl-heatbg)'
  return (
    <g stroke={colour} strokeWidth="1.5">
      {gain.low !== null && gain.high !== null && (
        <>
          <line x1={percent(axis, gain.low)} x2={percent(axis, gain.high)} y1={y} y2={y} />
          <line x1={percent(axis, gain.low)} x2={percent(axis, gain.low)} y1={y - 4} y2={y + 4} />
          <line x1={percent(axis, gain.high)} x2={percent(axis, gain.high)} y1={y - 4} y2={y + 4} />
        </>
      )}
      {square ? (
        <svg x={x} y={y - 4} overflow="visible" aria-hidden="true">
          <rect x="-4" y="0" width="8" height="8" fill={fill} />
        </svg>
      ) : (
        <circle cx={x} cy={y} r="4.5" fill={fill} />
      )}
    </g>
  )
}

function Value({ name, gain, verdict }: { name: string; gain: Gain; verdict: Verdict }) {
  if (!gain)
    return (
      <span className="leading-[18px] text-t3">
        <span className="sr-only">{name}: </span>–
      </span>
    )
  const short = { above: '', unclear: text.unclear, below: text.below, early: text.early }[verdict]
  return (
    <span className="leading-[18px] whitespace-nowrap" title={formatLiftInterval(gain) ?? undefined}>
      <span className="sr-only">{text.summary(name, formatLift(gain.perEvent), formatLiftInterval(gain), verdicts[verdict])}</span>
      <span aria-hidden="true">
        <span className={`font-semibold ${verdict === 'below' ? 'text-err' : 'text-t1'}`}>{formatLift(gain.perEvent)}</span>{' '}
        <span className="text-[11px] text-t2">{short}</span>
      </span>
    </span>
  )
}
