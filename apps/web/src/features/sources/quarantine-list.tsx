import { formatDayClock } from '@faultline/ui/format'
import { messages } from '../../messages.ts'
import type { QuarantinedMessage } from './server/quarantine.ts'

const text = messages.sources.quarantine

/** Messages as they came. A venue, or whoever stands between, wrote them: they are text here, whatever they look like. */
export function QuarantineList({ items }: { items: readonly QuarantinedMessage[] }) {
  return (
    <ol className="flex flex-col">
      {items.map((item) => (
        <li key={item.id} className="flex flex-col gap-1.5 border-b border-line px-4 py-3 last:border-b-0">
          <p className="flex flex-wrap items-baseline gap-x-2">
            <time dateTime={new Date(item.receivedAt).toISOString()} className="whitespace-nowrap text-t3">
              {formatDayClock(item.receivedAt, 'utc')} UTC
            </time>
            <bdi className="min-w-0 font-semibold [overflow-wrap:anywhere]">{item.reason}</bdi>
          </p>
          {/* isolated, so that marks of writing direction in it turn round nothing else */}
          <pre
            dir="ltr"
            className="max-h-40 overflow-auto rounded-md bg-heatbg p-2 font-mono text-[11px] leading-4 [overflow-wrap:anywhere] whitespace-pre-wrap text-t2 [unicode-bidi:isolate]"
          >
            {item.payload === '' ? text.emptyText : item.payload}
          </pre>
        </li>
      ))}
    </ol>
  )
}
