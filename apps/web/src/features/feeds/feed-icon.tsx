import type { FeedStateName } from '@faultline/market/feed'
import { Ban, CirclePause, Clock, LoaderCircle, type LucideIcon, RefreshCw, TriangleAlert, Unplug } from 'lucide-react'

const ICONS: Readonly<Record<Exclude<FeedStateName, 'live'>, LucideIcon>> = {
  connecting: LoaderCircle,
  backfilling: RefreshCw,
  late: TriangleAlert,
  stale: Clock,
  blocked: Ban,
  unreachable: Unplug,
  paused: CirclePause,
}

/** Each state has a shape of its own, so that colour is never the only sign. */
export function FeedIcon({ state, size = 12 }: { state: FeedStateName; size?: number }) {
  if (state === 'live') return <span className="fl-live-dot flex-none" aria-hidden="true" />
  const Icon = ICONS[state]
  return <Icon size={size} aria-hidden="true" className="flex-none" />
}
