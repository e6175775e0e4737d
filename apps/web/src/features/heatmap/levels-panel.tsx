'use client'
import { formatPercent, formatPrice, formatUsd } from '@faultline/ui/format'
import { messages } from '../../messages.ts'
import type { Readings } from './prepare/readings.ts'

const text = messages.levels

/** How much stands on either side near the price, and the largest single bins. */
export function LevelsPanel({ readings }: { readings: Readings | null }) {
  if (!readings) return null
  const sum = readings.longUsd + readings.shortUsd
  const asymmetry = sum > 0 ? (readings.shortUsd - readings.longUsd) / sum : 0
  return (
    <>
      <section aria-labelledby="asymmetry" className="border-b border-line px-4 py-3.5">
        <div className="flex items-baseline gap-1.5">
          <h2 id="asymmetry" className="text-[13px] leading-[18px] font-semibold">
            {text.asymmetry}
          </h2>
          <span className="text-t3">{text.within}</span>
          <span className={`ml-auto text-[13px] font-semibold ${asymmetry > 0 ? 'text-short' : asymmetry < 0 ? 'text-long' : 'text-t2'}`}>
            {formatSigned(asymmetry)}
          </span>
        </div>
        <div aria-hidden="true" className="mt-2 flex h-2 gap-0.5 overflow-hidden rounded-sm bg-s3">
          <span className="bg-long" style={{ flexGrow: readings.longUsd }} />
          <span className="bg-short" style={{ flexGrow: readings.shortUsd }} />
        </div>
        <p className="mt-2 flex justify-between text-[11px]">
          <span>
            <b className="font-semibold text-long">{formatUsd(readings.longUsd)}</b> <span className="text-t3">{text.longsBelow}</span>
          </span>
          <span>
            <span className="text-t3">{text.shortsAbove}</span> <b className="font-semibold text-short">{formatUsd(readings.shortUsd)}</b>
          </span>
        </p>
      </section>
      <section aria-labelledby="levels" className="border-b border-line px-4 py-3.5">
        <h2 id="levels" className="text-[13px] leading-[18px] font-semibold">
          {text.title}
        </h2>
        <p className="mt-0.5 mb-2 text-[11px] leading-[14px] text-t3">{text.lead}</p>
        {readings.levels.length === 0 ? (
          <p className="text-t2">{text.none}</p>
        ) : (
          <table className="w-full">
            <thead className="text-[11px] text-t3">
              <tr>
                <th scope="col" className="h-6 text-left font-normal">
                  {text.price}
                </th>
                <th scope="col" className="text-right font-normal">
                  {text.distance}
                </th>
                <th scope="col" className="text-right font-normal">
                  {text.usd}
                </th>
              </tr>
            </thead>
            <tbody>
              {readings.levels.map((level) => (
                <tr key={`${level.side}${level.price}`} className="border-t border-line">
                  <td className="h-[30px] font-medium">
                    <span className={`fl-mark-${level.side}`} aria-hidden="true" />
                    {formatPrice(level.price)} <span className="font-normal text-t3">{text[level.side]}</span>
                  </td>
                  <td className={`text-right ${level.side === 'long' ? 'text-long' : 'text-short'}`}>
                    {formatPercent(level.distance, { sign: true })}
                  </td>
                  <td className="text-right font-semibold">{formatUsd(level.usd)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </>
  )
}

/** `+0.38`: shorts outweigh longs. */
function formatSigned(value: number): string {
  const digits = Math.abs(value).toFixed(2)
  return /[1-9]/.test(digits) ? `${value < 0 ? '−' : '+'}${digits}` : digits
}
