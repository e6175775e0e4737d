'use client'
import { VENUES, type VenueId } from '@faultline/market/venue'
import { formatAge, formatDayClock, formatPercent, formatPriceRange, formatUsd, type TimeZone } from '@faultline/ui/format'
import { messages } from '../../messages.ts'
import { type LiquidityRow, liquidityRows } from './prepare/rail-figures.ts'
import { RailBars, RailSection } from './rail-section.tsx'
import type { HistoryReadings } from './server/schema.ts'

const text = messages.readings
const SHOWN_BREAKOUTS = 4

interface Props {
  /** null while it loads for the first time */
  history: HistoryReadings | null
  zone: TimeZone
}

export function MovesSection({ history, zone }: Props) {
  const { title, lead, why, none, unknown, forced } = text.moves
  const share = (value: number) => formatPercent(value, { decimals: 0 })
  return (
    <RailSection id="moves" title={title} lead={lead} why={why}>
      {!history ? (
        <RailBars rows={5} className="h-10" />
      ) : history.moves.length === 0 ? (
        <p className="min-h-[200px] text-t2">{none}</p>
      ) : (
        <ol className="min-h-[200px]">
          {history.moves.map((move) => (
            <li key={move.from} className="grid h-10 grid-cols-[auto_1fr] content-center gap-x-2 border-t border-line first:border-t-0">
              <span className={`font-semibold ${move.change < 0 ? 'text-dn' : 'text-up'}`}>
                <span aria-hidden="true">{move.change < 0 ? '▼' : '▲'}</span> {formatPercent(move.change, { sign: true, decimals: 2 })}
              </span>
              <span className="text-right text-[11px] text-t3">
                {formatDayClock(move.from, zone)} · {formatAge(move.to - move.from)}
              </span>
              <span className="col-span-2 text-[11px] text-t2">
                {move.forced
                  ? `${forced(share(move.forced.share), share(move.forced.low), share(move.forced.high))} · ${formatUsd(move.forced.usd)}`
                  : unknown}
              </span>
            </li>
          ))}
        </ol>
      )}
    </RailSection>
  )
}

export function BreakoutsSection({ history, zone, onPrice }: Props & { onPrice?: ((price: number) => void) | undefined }) {
  const { title, lead, none, more } = text.breakouts
  const newest = history?.breakouts.toReversed().slice(0, SHOWN_BREAKOUTS) ?? []
  const left = (history?.breakouts.length ?? 0) - newest.length
  return (
    <RailSection id="breakouts" title={title} lead={lead}>
      {!history ? (
        <RailBars rows={SHOWN_BREAKOUTS} className="h-[26px]" />
      ) : newest.length === 0 ? (
        <p className="min-h-[104px] text-t2">{none}</p>
      ) : (
        <ul className="min-h-[104px]">
          {newest.map(({ time, side, lowPrice, highPrice, usd }) => {
            const range = formatPriceRange(lowPrice, highPrice)
            return (
              <li key={`${time}${side}${lowPrice}`} className="flex min-h-[26px] items-center gap-2 text-[11px]">
                <span className="flex-none text-t3">{formatDayClock(time, zone)}</span>
                <span className="flex min-w-0 items-center">
                  <span className={`fl-mark-${side}`} aria-hidden="true" />
                  <span className="sr-only">{text.clusters[side]}</span>
                  {onPrice ? (
                    <button type="button" className="truncate hover:underline" onClick={() => onPrice((lowPrice + highPrice) / 2)}>
                      {range}
                    </button>
                  ) : (
                    <span className="truncate">{range}</span>
                  )}
                </span>
                <span className="ml-auto font-semibold">{formatUsd(usd)}</span>
              </li>
            )
          })}
        </ul>
      )}
      {left > 0 && <p className="mt-1 text-[11px] text-t3">{more(String(left))}</p>}
    </RailSection>
  )
}

export function LiquiditySection({ history }: Pick<Props, 'history'>) {
  const { title, lead, why, none } = text.liquidity
  const rows = history ? liquidityRows(history.liquidity) : []
  return (
    <RailSection id="liquidity" title={title} lead={lead} why={why}>
      {!history ? (
        <RailBars rows={1} className="h-9" />
      ) : rows.length === 0 ? (
        <p className="text-t2">{none}</p>
      ) : (
        <>
          {rows.map((row) => (
            <HourStrip key={row.venue} row={row} />
          ))}
          <p aria-hidden="true" className="mt-1 flex justify-between text-[10.5px] leading-[14px] text-t3">
            <span>00</span>
            <span>06</span>
            <span>12</span>
            <span>18</span>
            <span>24</span>
          </p>
        </>
      )}
    </RailSection>
  )
}

/** A cell per hour, the fuller the more stood there: on the venue's own scale. */
function HourStrip({ row }: { row: LiquidityRow }) {
  const { venue, hours, least, most } = row
  const name = VENUES[venue as VenueId]?.shortName ?? venue
  return (
    <div className="mb-1.5 last-of-type:mb-0">
      <p className="flex justify-between gap-2 text-[11px] leading-[14px]">
        <span className="truncate text-t2">{name}</span>
        <span className="flex-none text-t3">
          {formatUsd(least.usd)} – {formatUsd(most.usd)}
        </span>
      </p>
      <div
        role="img"
        aria-label={text.liquidity.venue(name, formatUsd(least.usd), hourName(least.hour), formatUsd(most.usd), hourName(most.hour))}
        className="mt-0.5 flex h-4 items-end gap-px"
      >
        {hours.map((cell, hour) => (
          <span
            key={hourName(hour)}
            title={text.liquidity.cell(hourName(hour), cell ? formatUsd(cell.usd) : text.liquidity.unknown)}
            className="flex h-full flex-1 items-end bg-s3"
          >
            {cell && <span className="w-full bg-acc" style={{ height: `${Math.max(8, 100 * cell.share)}%` }} />}
          </span>
        ))}
      </div>
    </div>
  )
}

const hourName = (hour: number): string => `${String(hour).padStart(2, '0')}:00`
