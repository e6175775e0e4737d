import { formatDay } from '@faultline/ui/format'
import { CircleCheck, CircleDashed, CircleMinus, CircleX } from 'lucide-react'
import { messages } from '../../messages.ts'
import { formatCount, MISSING } from '../shell/prepare/format.ts'
import type { Gain, MarketAccuracy } from './prepare/accuracy.ts'
import { formatLift, formatLiftInterval, formatSkill, type Verdict, verdictOf } from './prepare/lift.ts'
import { nameOf } from './prepare/names.ts'

const text = messages.accuracy.markets
const verdicts = messages.accuracy.verdicts
const ICONS = { above: CircleCheck, unclear: CircleMinus, below: CircleX, early: CircleDashed }
const ICON_COLOUR: Record<Verdict, string> = { above: 'text-ok', unclear: 'text-t2', below: 'text-err', early: 'text-t3' }

const WIDE_ONLY = 'hidden phone:table-cell'

/** The figures of every market; a phone shows those that matter most. */
export function MarketTable({ markets }: { markets: readonly MarketAccuracy[] }) {
  return (
    <>
      <table className="w-full text-right">
        <thead>
          <tr className="[&_th]:px-2 [&_th]:py-2 phone:[&_th]:px-3 [&_th]:font-medium [&_th]:text-t3">
            <th scope="col" className="text-left">
              {text.market}
            </th>
            <th scope="col">{text.distance}</th>
            <th scope="col">{text.stale}</th>
            <th scope="col" className={WIDE_ONLY}>
              {text.ladder}
            </th>
            <th scope="col" className={WIDE_ONLY}>
              {text.brier}
            </th>
            <th scope="col" className={WIDE_ONLY}>
              {text.events}
            </th>
            <th scope="col" className={WIDE_ONLY}>
              {text.days}
            </th>
            <th scope="col" className={WIDE_ONLY}>
              {text.since}
            </th>
          </tr>
        </thead>
        <tbody>
          {markets.map((market) => (
            <Row key={market.key} market={market} />
          ))}
        </tbody>
      </table>
      <p className="flex flex-wrap gap-x-4 gap-y-1 px-3 pt-3 text-t2">
        {(Object.keys(ICONS) as Verdict[]).map((verdict) => (
          <span key={verdict} className="inline-flex items-center gap-1">
            <VerdictIcon verdict={verdict} />
            {verdicts[verdict]}
          </span>
        ))}
      </p>
      <p className="px-3 pt-2 pb-3 text-[11px] leading-4 text-t3">{text.legend}</p>
    </>
  )
}

function Row({ market }: { market: MarketAccuracy }) {
  const { symbol, venue } = nameOf(market.key)
  const { distanceOnly, stale, ladder } = market.gains
  const verdict = verdictOf(distanceOnly, market.moreDays)
  return (
    <tr className="border-t border-line [&_td]:px-2 [&_td]:py-2 phone:[&_td]:px-3">
      <th scope="row" className="px-2 py-2 text-left font-normal phone:px-3">
        <span className="flex items-center gap-2">
          <VerdictIcon verdict={verdict} />
          <span className="sr-only">{verdicts[verdict]}: </span>
          <span className="min-w-0">
            <span className="block max-w-[88px] truncate phone:max-w-[120px] font-semibold text-t1" title={market.key}>
              {symbol}
            </span>
            <span className="block text-[11px] leading-4 text-t3">
              {venue} · {market.model}
            </span>
          </span>
        </span>
      </th>
      <LiftCell gain={distanceOnly} strong />
      <LiftCell gain={stale} />
      <LiftCell gain={ladder} wideOnly />
      <td className={WIDE_ONLY}>{market.forecasts?.brierSkill == null ? MISSING : formatSkill(market.forecasts.brierSkill)}</td>
      <td className={WIDE_ONLY}>{formatCount(market.events)}</td>
      <td className={`whitespace-nowrap ${WIDE_ONLY}`}>
        {formatCount(market.days)}
        {market.moreDays > 0 && (
          <span className="block text-[11px] leading-4 text-t3">{messages.accuracy.early.more(formatCount(market.moreDays))}</span>
        )}
      </td>
      <td className={`whitespace-nowrap ${WIDE_ONLY}`}>{formatDay(market.from, 'utc')}</td>
    </tr>
  )
}

function LiftCell({ gain, strong = false, wideOnly = false }: { gain: Gain; strong?: boolean; wideOnly?: boolean }) {
  const shown = wideOnly ? WIDE_ONLY : ''
  if (!gain) return <td className={`text-t3 ${shown}`}>{MISSING}</td>
  return (
    <td className={`whitespace-nowrap ${shown}`}>
      <span className={`${strong ? 'font-semibold' : ''} ${gain.perEvent < 0 ? 'text-err' : 'text-t1'}`}>{formatLift(gain.perEvent)}</span>
      {formatLiftInterval(gain) && <span className="block text-[11px] leading-4 text-t3">{formatLiftInterval(gain)}</span>}
    </td>
  )
}

function VerdictIcon({ verdict }: { verdict: Verdict }) {
  const Icon = ICONS[verdict]
  return <Icon size={14} aria-hidden="true" className={`flex-none ${ICON_COLOUR[verdict]}`} />
}
