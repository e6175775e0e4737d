'use client'
import { formatPercent, formatPrice, formatUsd } from '@faultline/ui/format'
import { IntervalDot } from '@faultline/ui/react/interval-dot'
import { messages } from '../../messages.ts'
import { riskLevel } from '../screener/prepare/rows.ts'
import { formatBand } from './prepare/rail-figures.ts'
import { RailBars, RailSection } from './rail-section.tsx'
import type { CurrentReadings } from './server/schema.ts'

const text = messages.readings
const TONES = { calm: 'text-ok', elevated: 'text-warn', high: 'text-err' } as const
const MARKS = { calm: '●', elevated: '▲', high: '◆' } as const

/** `change`: points against a day ago, null where that is not known. */
export function RiskSection({ readings, change }: { readings: CurrentReadings | null; change: number | null }) {
  const { title, why, levels } = text.risk
  if (!readings)
    return (
      <RailSection id="risk" title={title}>
        <RailBars rows={2} className="h-[23px]" />
      </RailSection>
    )
  const { risk } = readings
  if (!risk)
    return (
      <RailSection id="risk" title={title} why={why}>
        <p className="min-h-[46px] text-t2">{text.risk.unknown}</p>
      </RailSection>
    )
  const level = riskLevel(risk.value)
  const value = risk.value.toFixed(0)
  return (
    <RailSection
      id="risk"
      title={title}
      why={why}
      end={
        <span className={`rounded-sm bg-s3 px-1.5 py-0.5 text-[11px] font-medium ${TONES[level]}`}>
          <span aria-hidden="true">{MARKS[level]}</span> {levels[level]}
        </span>
      }
    >
      <p className="flex items-baseline gap-1">
        <span className="text-[28px] leading-[34px] font-semibold tracking-[-0.03em]">{value}</span>
        <span className="text-t3">{text.risk.of}</span>
        {change !== null && <span className="ml-auto text-[11px] text-t3">{text.risk.change(signed(change, 0))}</span>}
      </p>
      <span
        role="img"
        aria-label={text.risk.label(value, levels[level])}
        className="relative mt-1 grid h-1.5 grid-cols-[45fr_25fr_30fr] gap-0.5"
      >
        <span className="rounded-l-sm bg-ok opacity-60" />
        <span className="bg-warn opacity-60" />
        <span className="rounded-r-sm bg-err opacity-60" />
        <span
          className="absolute -top-1 h-3.5 w-[3px] -translate-x-1/2 rounded-sm bg-t1"
          style={{ left: `${Math.min(100, Math.max(0, risk.value))}%` }}
        />
      </span>
    </RailSection>
  )
}

const WITHIN = 0.05

export function AsymmetrySection({ readings }: { readings: CurrentReadings | null }) {
  const { title, within, why, none, longsBelow, shortsAbove } = text.asymmetry
  if (!readings)
    return (
      <RailSection id="asymmetry" title={title} lead={within}>
        <RailBars rows={1} className="h-8" />
      </RailSection>
    )
  const row = readings.asymmetry.find((r) => r.within === WITHIN)
  if (!row || row.longUsd + row.shortUsd === 0)
    return (
      <RailSection id="asymmetry" title={title} lead={within} why={why}>
        <p className="min-h-8 text-t2">{none}</p>
      </RailSection>
    )
  const tone = row.balance > 0 ? 'text-long' : row.balance < 0 ? 'text-short' : 'text-t2'
  return (
    <RailSection
      id="asymmetry"
      title={title}
      lead={within}
      why={why}
      end={<span className={`text-[13px] font-semibold ${tone}`}>{signed(row.balance, 2)}</span>}
    >
      <div aria-hidden="true" className="flex h-2 gap-0.5 overflow-hidden rounded-sm bg-s3">
        <span className="bg-long" style={{ flexGrow: row.longUsd }} />
        <span className="bg-short" style={{ flexGrow: row.shortUsd }} />
      </div>
      <p className="mt-2 flex justify-between text-[11px]">
        <span>
          <b className="font-semibold text-long">{formatUsd(row.longUsd)}</b> <span className="text-t3">{longsBelow}</span>
        </span>
        <span>
          <span className="text-t3">{shortsAbove}</span> <b className="font-semibold text-short">{formatUsd(row.shortUsd)}</b>
        </span>
      </p>
    </RailSection>
  )
}

export function WhatIfSection({ readings }: { readings: CurrentReadings | null }) {
  const { title, lead, columns } = text.whatIf
  if (!readings)
    return (
      <RailSection id="what-if" title={title} lead={lead}>
        <RailBars rows={6} className="h-6" />
      </RailSection>
    )
  const max = Math.max(1, ...readings.whatIf.map(({ usd, band }) => Math.max(usd, band?.p90 ?? 0)))
  return (
    <RailSection id="what-if" title={title} lead={lead}>
      <table className="w-full">
        <thead className="sr-only">
          <tr>
            <th scope="col">{columns.move}</th>
            <th scope="col">{columns.picture}</th>
            <th scope="col">{columns.usd}</th>
            <th scope="col">{columns.interval}</th>
          </tr>
        </thead>
        <tbody>
          {readings.whatIf.map(({ distance, usd, band }) => {
            const move = formatPercent(distance, { sign: true, decimals: 0 })
            const label = text.whatIf.label(move, formatUsd(usd), band && formatBand(band))
            return (
              <tr key={distance}>
                <th scope="row" className={`h-6 w-11 text-left font-semibold ${distance < 0 ? 'text-long' : 'text-short'}`}>
                  {move}
                </th>
                <td className="px-2">
                  <IntervalDot
                    min={0}
                    max={max}
                    value={usd}
                    low={band?.p10 ?? usd}
                    high={band?.p90 ?? usd}
                    label={label}
                    className="w-full"
                  />
                </td>
                <td className="w-14 text-right font-semibold">{formatUsd(usd)}</td>
                <td className="w-[72px] text-right text-[11px] text-t3">{band ? formatBand(band) : '–'}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {readings.whatIf.every(({ band }) => band === null) && <p className="mt-1.5 text-[11px] leading-[15px] text-t3">{text.noBand}</p>}
    </RailSection>
  )
}

export function MaxPainSection({
  readings,
  onPrice,
}: {
  readings: CurrentReadings | null
  onPrice?: ((price: number) => void) | undefined
}) {
  const { title, lead, why, none, value } = text.maxPain
  const pain = readings?.maxPain
  return (
    <RailSection id="max-pain" title={title} lead={lead} why={why}>
      {!readings ? (
        <RailBars rows={1} className="h-5" />
      ) : !pain ? (
        <p className="h-5 text-t2">{none}</p>
      ) : (
        <p className="flex h-5 items-baseline justify-between gap-2">
          <span className="font-semibold">
            <span className={`fl-mark-${pain.side}`} aria-hidden="true" />
            {onPrice ? (
              <button type="button" className="font-semibold hover:underline" onClick={() => onPrice(pain.price)}>
                {formatPrice(pain.price)}
              </button>
            ) : (
              formatPrice(pain.price)
            )}
          </span>
          <span className={pain.side === 'long' ? 'text-long' : 'text-short'}>
            {value(formatPercent(pain.price / readings.price - 1, { sign: true }), formatUsd(pain.usd))}
          </span>
        </p>
      )}
    </RailSection>
  )
}

/** `+0.38`, a true minus, no sign of nothing. */
function signed(value: number, decimals: number): string {
  const digits = Math.abs(value).toFixed(decimals)
  return /[1-9]/.test(digits) ? `${value < 0 ? '−' : '+'}${digits}` : digits
}
