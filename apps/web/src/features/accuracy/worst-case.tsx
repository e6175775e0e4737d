import { formatUsd } from '@faultline/ui/format'
import type { ReactNode } from 'react'
import { messages } from '../../messages.ts'
import { formatCount, formatDate } from '../shell/prepare/format.ts'
import { type AccuracyGroup, LEAST_EVENTS } from './prepare/accuracy.ts'
import { worstMarket } from './prepare/group.ts'
import { formatLift, formatLiftInterval } from './prepare/lift.ts'
import { nameOf } from './prepare/names.ts'

const text = messages.accuracy.worst

/** The market and the day on which the map was worth least, with their figures. */
export function WorstCase({ group }: { group: AccuracyGroup }) {
  const market = worstMarket(group.markets)
  const day = group.worstDay
  if (!market?.gains.distanceOnly) return <p className="text-t2">{text.none}</p>
  const { distanceOnly, stale } = market.gains
  return (
    <div className="flex flex-col gap-5">
      <div>
        <h4 className="fl-text-subtitle mb-2">{text.market(nameOf(market.key).symbol)}</h4>
        <dl className="flex flex-col gap-1.5">
          <Fact name={text.overDistance}>
            <Lift gain={distanceOnly.perEvent} interval={formatLiftInterval(distanceOnly)} />
          </Fact>
          {stale && (
            <Fact name={text.overStale}>
              <Lift gain={stale.perEvent} interval={formatLiftInterval(stale)} />
            </Fact>
          )}
          <Fact name={text.events}>{formatCount(market.events)}</Fact>
          <Fact name={text.days}>{formatCount(market.days)}</Fact>
        </dl>
        <p className="mt-2 text-t2">{distanceOnly.perEvent < 0 ? text.worse : text.better}</p>
      </div>
      {day ? (
        <div>
          <h4 className="fl-text-subtitle mb-2">{text.day(nameOf(day.key).symbol, formatDate(day.day))}</h4>
          <dl className="flex flex-col gap-1.5">
            <Fact name={text.overDistance}>
              <Lift gain={day.overDistance} interval={null} />
            </Fact>
            {day.overStale !== null && (
              <Fact name={text.overStale}>
                <Lift gain={day.overStale} interval={null} />
              </Fact>
            )}
            <Fact name={text.events}>{formatCount(day.events)}</Fact>
            <Fact name={text.usd}>{formatUsd(day.usd)}</Fact>
          </dl>
          <p className="mt-2 text-t2">{day.overDistance < 0 ? text.worse : text.better}</p>
        </div>
      ) : (
        <p className="text-t2">{text.noDay(formatCount(LEAST_EVENTS))}</p>
      )}
    </div>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex items-baseline justify-between gap-3">
      <dt className="text-t3">{name}</dt>
      <dd className="text-right font-semibold text-t1">{children}</dd>
    </div>
  )
}

function Lift({ gain, interval }: { gain: number; interval: string | null }) {
  return (
    <>
      <span className={gain < 0 ? 'text-err' : ''}>{formatLift(gain)}</span>
      {interval && <span className="font-normal text-t3"> ({interval})</span>}
    </>
  )
}
