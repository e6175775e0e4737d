import { formatDay } from '@faultline/ui/format'
import { messages } from '../../messages.ts'
import { formatCount } from '../shell/prepare/format.ts'
import type { DayGain } from './prepare/accuracy.ts'
import { formatLift, formatLiftInterval, liftAxis } from './prepare/lift.ts'

const text = messages.accuracy.time
const HEIGHT = 200

/** The lift of each day, and of the seven days that end with it. */
export function LiftThroughTime({ days }: { days: readonly DayGain[] }) {
  const [first, last] = [days[0], days.at(-1)]
  if (!first || !last) return <p className="text-t2">{text.none}</p>
  const axis = liftAxis(days.flatMap(({ perEvent, low, high, week }) => [perEvent, week, low, high]))
  const span = last.day - first.day
  const x = (day: number): number => (span === 0 ? 50 : 2 + (96 * (day - first.day)) / span)
  const y = (gain: number): number => 100 * (1 - axis.at(gain))
  const banded = days.flatMap(({ day, low, high }) => (low === null || high === null ? [] : [{ day, low, high }]))
  const band = [...banded.map((d) => [d.day, d.high] as const), ...banded.toReversed().map((d) => [d.day, d.low] as const)]
  const weeks = days.map(({ week }) => week)
  const middle = days[days.length >> 1]
  const labels = [first, ...(days.length > 2 && middle ? [middle] : []), ...(span > 0 ? [last] : [])]
  return (
    <figure className="m-0">
      <div className="grid grid-cols-[36px_1fr] gap-x-2">
        <svg width="100%" height={HEIGHT} className="overflow-visible" aria-hidden="true">
          {axis.ticks.map(({ gain, label }) => (
            <text key={label} x="100%" y={`${y(gain)}%`} dy="4" textAnchor="end" fontSize="11" fill="var(--fl-t3)">
              {label}
            </text>
          ))}
        </svg>
        <svg
          width="100%"
          height={HEIGHT}
          className="bg-heatbg"
          role="img"
          aria-label={text.summary(
            formatCount(days.length),
            formatDay(first.day, 'utc'),
            formatDay(last.day, 'utc'),
            formatLift(Math.min(...weeks)),
            formatLift(Math.max(...weeks)),
          )}
        >
          {axis.ticks.map(({ gain, label }) => (
            <line
              key={label}
              x1="0"
              x2="100%"
              y1={`${y(gain)}%`}
              y2={`${y(gain)}%`}
              stroke={gain === 0 ? 'var(--fl-t2)' : 'var(--fl-line)'}
              strokeDasharray={gain === 0 ? '4 3' : undefined}
            />
          ))}
          <svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%" aria-hidden="true">
            <polygon points={band.map(([day, gain]) => `${x(day)},${y(gain)}`).join(' ')} fill="var(--fl-acc)" fillOpacity="0.18" />
            <polyline
              points={days.map(({ day, week }) => `${x(day)},${y(week)}`).join(' ')}
              fill="none"
              stroke="var(--fl-acc)"
              strokeWidth="1.5"
              vectorEffect="non-scaling-stroke"
            />
          </svg>
          {days.map(({ day, perEvent }) => (
            <circle
              key={day}
              cx={`${x(day)}%`}
              cy={`${y(perEvent)}%`}
              r="3"
              fill="var(--fl-heatbg)"
              stroke={perEvent < 0 ? 'var(--fl-err)' : 'var(--fl-t2)'}
              strokeWidth="1.5"
            />
          ))}
        </svg>
        <span />
        <svg width="100%" height="20" className="overflow-visible" aria-hidden="true">
          {labels.map(({ day }, i) => (
            <text
              key={day}
              x={`${x(day)}%`}
              y="14"
              textAnchor={span === 0 ? 'middle' : i === 0 ? 'start' : day === last.day ? 'end' : 'middle'}
              fontSize="11"
              fill="var(--fl-t3)"
            >
              {formatDay(day, 'utc')}
            </text>
          ))}
        </svg>
      </div>
      <figcaption className="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-[11px] leading-4 text-t2">
        <span className="inline-flex items-center gap-1.5">
          <svg width="16" height="8" aria-hidden="true">
            <rect width="16" height="8" fill="var(--fl-acc)" fillOpacity="0.18" />
            <line x1="0" x2="16" y1="4" y2="4" stroke="var(--fl-acc)" strokeWidth="1.5" />
          </svg>
          {text.line}
        </span>
        <span className="inline-flex items-center gap-1.5">
          <svg width="8" height="8" aria-hidden="true">
            <circle cx="4" cy="4" r="3" fill="none" stroke="var(--fl-t2)" strokeWidth="1.5" />
          </svg>
          {text.dot}
        </span>
      </figcaption>
      <details className="mt-2">
        <summary className="cursor-pointer rounded-md py-1 font-medium text-accfg">{messages.accuracy.table}</summary>
        <table className="mt-1 w-full text-right [&_td]:py-1 [&_th]:py-1 [&_th]:font-normal [&_th]:text-t3">
          <thead>
            <tr>
              <th scope="col" className="text-left">
                {text.columns.day}
              </th>
              <th scope="col">{text.columns.events}</th>
              <th scope="col">{text.columns.lift}</th>
              <th scope="col">{text.columns.week}</th>
            </tr>
          </thead>
          <tbody>
            {days.toReversed().map((row) => (
              <tr key={row.day} className="border-t border-line">
                <td className="text-left">{formatDay(row.day, 'utc')}</td>
                <td>{formatCount(row.events)}</td>
                <td>{formatLift(row.perEvent)}</td>
                <td>
                  {formatLift(row.week)}
                  {formatLiftInterval(row) && <span className="text-t3"> ({formatLiftInterval(row)})</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  )
}
