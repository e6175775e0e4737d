'use client'
import { formatAge, formatClock, formatDateTime } from '@faultline/ui/format'
import { CircleCheck, TriangleAlert } from 'lucide-react'
import { messages } from '../../messages.ts'
import { SourceTrouble } from '../feeds/source-trouble.tsx'
import { useNetwork } from '../shell/offline-badge.tsx'
import { formatShare } from '../shell/prepare/format.ts'
import { useConnection } from '../stream/news-stream.tsx'
import { VenueCoverage } from '../venues/venue-coverage.tsx'
import type { HeatmapView } from './server/schema.ts'
import type { TIME_ZONES } from './use-heatmap-url.ts'

const text = messages.footer

/** One line on the state of what is shown, at the bottom of larger screens. */
export function FooterStatus({ view, now, zone = 'utc' }: { view: HeatmapView | null; now: number; zone?: (typeof TIME_ZONES)[number] }) {
  const connection = useConnection()
  const network = useNetwork()
  const offline = connection.state === 'offline' || !network
  const Icon = offline ? TriangleAlert : CircleCheck
  return (
    <footer className="hidden h-7 flex-none items-center gap-4 overflow-hidden border-t border-line bg-s1 px-3 text-[11px] whitespace-nowrap text-t3 phone:flex">
      <span
        className={`flex items-center gap-1.5 ${offline ? 'text-warn' : connection.state === 'open' ? 'text-ok' : ''}`}
        data-testid="stream-state"
      >
        <Icon size={12} aria-hidden="true" />
        {connection.state === 'offline'
          ? text.stream.offline(formatClock(connection.since, 'utc'))
          : network
            ? text.stream[connection.state]
            : text.stream.noNetwork}
      </span>
      {view && (
        <span data-testid="data-age">
          {text.lastBucket(formatDateTime(view.build.lastBucket, 'utc'), formatAge(now - view.build.lastBucket - view.build.bucketMs))}
        </span>
      )}
      {view && view.channels.length > 0 && (
        <span data-testid="feed-coverage" className="hidden wide:inline">
          {text.coverage}{' '}
          {view.channels
            .map((c) => `${messages.provenance.channels[c.channel] ?? c.channel} ${formatShare(c.coveredMs, c.expectedMs)}`)
            .join(' · ')}
        </span>
      )}
      {view?.sum && <VenueCoverage facts={view.sum} />}
      <SourceTrouble now={now} />
      <span className="flex-none">{messages.estimated.title}</span>
      <span className="ml-auto hidden items-center gap-1.5 full:flex">
        <kbd className="app-kbd">[</kbd>
        <kbd className="app-kbd">]</kbd> {text.keys.range}
        <kbd className="app-kbd ml-2">Ctrl K</kbd> {text.keys.search}
      </span>
      <span className="ml-auto flex-none full:ml-0">{text.zones[zone]}</span>
    </footer>
  )
}
