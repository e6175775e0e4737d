'use client'
import { formatAge, formatPercent, formatPrice, formatUsd } from '@faultline/ui/format'
import { messages } from '../../messages.ts'
import { ObservedShare } from './observed-legend.tsx'
import { listed } from './prepare/near.ts'
import type { ObservedNow } from './server/schema.ts'

const text = messages.observed

/** The largest observed positions whose liquidation lies near the price. */
export function ObservedPanel({
  observed,
  venue,
  price,
  now,
}: {
  observed: ObservedNow
  venue: string | null
  price: number | null
  now: number
}) {
  const rows = listed(observed.positions, price)
  return (
    <section aria-labelledby="observed" className="border-b border-line px-4 py-3.5">
      <h2 id="observed" className="text-[13px] leading-[18px] font-semibold">
        {text.title}
      </h2>
      <p className="mt-0.5 mb-2 text-[11px] leading-[14px] text-t3">
        {text.lead} <ObservedShare observed={observed} venue={venue} now={now} />.
      </p>
      {rows.length === 0 ? (
        <p className="text-t2">{text.noneNear}</p>
      ) : (
        <ul>
          {rows.map((p) => (
            <li key={`${p.instrumentId}${p.account}${p.side}${p.entryPrice}`} className="border-t border-line py-1.5">
              <p className="flex items-baseline gap-1.5">
                <span className={`fl-mark-${p.side}`} aria-hidden="true" />
                <span className="font-semibold">{formatUsd(p.usd)}</span>
                <span className="text-t3">{text[p.side]}</span>
                <span className="text-t2" title={p.isolated ? text.isolated : text.cross}>
                  {text.leverage(String(Math.round(p.leverage)))}
                </span>
                <span className="ml-auto font-medium" title={text.liquidation}>
                  {formatPrice(p.liquidationPrice)}
                </span>
                <span className={`w-14 text-right ${p.side === 'long' ? 'text-long' : 'text-short'}`}>
                  {p.distance === null ? '' : formatPercent(p.distance, { sign: true })}
                </span>
              </p>
              <p className="flex justify-between text-[11px] leading-[15px] text-t3">
                <span className="font-mono">{p.account}</span>
                <span>{text.ago(formatAge(Math.max(0, now - p.seenAt)))}</span>
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
