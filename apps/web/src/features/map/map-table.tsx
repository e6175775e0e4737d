import { cumulative } from '@faultline/ui/cumulative-profile'
import { formatPercent, formatPriceRange, formatUsd } from '@faultline/ui/format'
import { stepWords } from '@faultline/ui/map/paint-map'
import type { MapBars, MapProfile } from '@faultline/ui/map/profile'
import { readBar } from '@faultline/ui/map/reading'
import { Button } from '@faultline/ui/react/button'
import { messages } from '../../messages.ts'

const text = messages.map.table

/** The bars that are shown, as figures: highest price first, bars that hold nothing left out. */
export function MapTable({ profile, bars, onClose }: { profile: MapProfile; bars: MapBars; onClose: () => void }) {
  const running = {
    long: cumulative(profile.long, 'long', profile.price),
    short: cumulative(profile.short, 'short', profile.price),
  }
  const rows = Array.from({ length: bars.count }, (_, bar) => readBar(profile, bars, running, bar))
    .reverse()
    .flatMap((reading) => reading.sides.filter((side) => side.usd > 0).map((side) => ({ reading, side })))
  return (
    <section aria-label={text.caption(stepWords(bars.binsPerBar))} className="absolute inset-0 z-10 overflow-auto bg-s1 px-4">
      <Button size="small" onClick={onClose} className="sticky top-1 left-0 z-10 mt-1">
        {messages.map.asMap}
      </Button>
      <table className="w-full whitespace-nowrap">
        <caption className="py-2 text-left text-[11px] text-t3">
          {text.caption(stepWords(bars.binsPerBar))} · {messages.estimated.title}
        </caption>
        <thead className="sticky top-0 bg-s1 text-[11px] text-t3">
          <tr>
            <Head first>{text.price}</Head>
            <Head>{text.distance}</Head>
            <Head>{text.side}</Head>
            <Head>{text.usd}</Head>
            <Head>{text.interval}</Head>
            <Head>{text.running}</Head>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ reading, side }) => (
            <tr key={`${side.side}${reading.bar}`} className="border-t border-line">
              <th scope="row" className="h-[30px] pr-3 text-left font-medium">
                {formatPriceRange(reading.low, reading.high)}
              </th>
              <td className="px-3 text-right">{formatPercent(reading.distance, { sign: true })}</td>
              <td className={`px-3 text-right ${side.side === 'long' ? 'text-long' : 'text-short'}`}>{messages.map.sides[side.side]}</td>
              <td className="px-3 text-right font-semibold">{formatUsd(side.usd)}</td>
              <td className="px-3 text-right text-t2">
                {side.interval ? `${formatUsd(side.interval.low)} – ${formatUsd(side.interval.high)}` : messages.map.canvas.unknown}
              </td>
              <td className="pl-3 text-right">{formatUsd(side.running)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p className="py-3 text-t2">{messages.map.noneShown}</p>}
    </section>
  )
}

const Head = ({ first = false, children }: { first?: boolean; children: string }) => (
  <th scope="col" className={`h-7 font-normal ${first ? 'text-left' : 'px-3 text-right last:pr-0'}`}>
    {children}
  </th>
)
