import { Badge } from '@faultline/ui/react/badge'
import { messages } from '../../messages.ts'
import { venueName } from '../instruments/prepare/venue-name.ts'
import type { SourceItem } from './server/schema.ts'

/** As venues are written elsewhere, too: few fonts have Binance's circled S. */
const plain = (name: string): string => name.replaceAll('Ⓢ', 'S')

/** Name, venue where the name does not say it, and that it is simulated. */
export function SourceName({ source }: { source: SourceItem }) {
  const venue = venueName(source.venue)
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5">
      <span className="min-w-0 text-[13px] leading-[18px] font-semibold break-words">{plain(source.name)}</span>
      {source.simulated && (
        <Badge tone="warn" title={messages.simulated.why}>
          {messages.simulated.short}
        </Badge>
      )}
      {venue !== plain(source.name) && <span className="text-[11px] text-t3">{venue}</span>}
    </span>
  )
}
