import { publishes, VENUES, type VenueId } from '@faultline/market/venue'
import { formatAge, formatDayClock } from '@faultline/ui/format'
import { Badge } from '@faultline/ui/react/badge'
import { messages } from '../../messages.ts'
import { figure, MISSING } from '../shell/prepare/format.ts'
import { CoverageFigure } from './coverage-strip.tsx'
import type { SourceChannel, SourceInstrument } from './server/schema.ts'

const text = messages.sources
type Channel = keyof typeof text.channels
const TONES = { waiting: 'neutral', fresh: 'ok', late: 'warn', suspect: 'warn' } as const

/** Each channel of an instrument, as of the worker's last report. */
export function ChannelTable({ instrument }: { instrument: SourceInstrument }) {
  const { channels, reportedAt } = instrument
  const unpublished = unpublishedOf(instrument.key)
  return (
    <>
      <table className="w-full max-w-[880px] border-collapse text-t2" aria-label={text.expand(instrument.symbol)}>
        <thead>
          <tr className="text-left text-[11px] text-t3">
            <Head>{text.channelColumns.channel}</Head>
            <Head>{text.channelColumns.state}</Head>
            <Head className="hidden phone:table-cell">{text.channelColumns.last}</Head>
            <Head className="text-right">{text.channelColumns.lag}</Head>
            <Head className="hidden text-right phone:table-cell">{text.channelColumns.limit}</Head>
            <Head className="text-right">{text.channelColumns.coverage}</Head>
          </tr>
        </thead>
        <tbody>
          {channels.map((channel) => (
            <tr key={channel.channel} className="border-t border-line">
              <th scope="row" className="h-8 py-1 pr-3 text-left font-medium text-t1">
                {text.channels[channel.channel]}
              </th>
              <td className="py-1 pr-3">
                <Badge tone={TONES[channel.state]}>{text.channelStates[channel.state]}</Badge>
              </td>
              <td className="hidden py-1 pr-3 phone:table-cell">{figure(channel.lastTime, (time) => formatDayClock(time, 'utc'))}</td>
              <td className={`py-1 pr-3 text-right whitespace-nowrap ${channel.state === 'late' ? 'text-warn' : ''}`}>
                {silence(channel, reportedAt)}
              </td>
              <td className="hidden py-1 pr-3 text-right phone:table-cell">
                {channel.limitMs === null ? text.anySilence : formatAge(channel.limitMs)}
              </td>
              <td className="py-1 text-right">
                <CoverageFigure share={channel.coverage} />
              </td>
            </tr>
          ))}
          {unpublished.map((channel) => (
            <tr key={channel} className="border-t border-line">
              <th scope="row" className="h-8 py-1 pr-3 text-left font-medium text-t1">
                {text.channels[channel]}
              </th>
              <td colSpan={5} className="py-1 text-t3">
                {text.unpublished}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-1.5 max-w-[880px] text-[11px] text-t3 phone:text-right">{text.shareWhy}</p>
    </>
  )
}

/** What the venue of `venue:SYMBOL` tells nobody: it is neither late nor zero. */
function unpublishedOf(key: string): readonly Channel[] {
  const venue = key.slice(0, key.indexOf(':'))
  return Object.hasOwn(VENUES, venue) ? ALL_CHANNELS.filter((channel) => !publishes(venue as VenueId, channel)) : []
}
const ALL_CHANNELS = Object.keys(text.channels) as Channel[]

const silence = ({ receivedAt }: SourceChannel, reportedAt: number): string =>
  receivedAt === null ? MISSING : formatAge(Math.max(0, reportedAt - receivedAt))

function Head({ children, className = '' }: { children: string; className?: string }) {
  return (
    <th scope="col" className={`py-1 pr-3 font-normal last:pr-0 ${className}`}>
      {children}
    </th>
  )
}
