import { Badge } from '@faultline/ui/react/badge'
import { messages } from '../../messages.ts'
import { venueName } from '../instruments/prepare/venue-name.ts'
import type { SourceItem } from './server/schema.ts'

/** Name, venue where the name does not say it, and that it is simulated. */
export function SourceName({ source }: { source: SourceItem }) {
  const venue = venueName(source.venue)
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5">
      <span className="min-w-0 text-[13px] leading-[18px] font-semibold break-words">{source.name}</span>
      {source.simulated && (
        <Badge tone="warn" title={messages.simulated.why}>
          {messages.simulated.short}
        </Badge>
      )}
      {venue !== source.name && <span className="text-[11px] text-t3">{venue}</span>}
    </span>
  )
}
