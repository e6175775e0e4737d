'use client'
import { formatClock } from '@faultline/ui/format'
import { RotateCw, WifiOff } from 'lucide-react'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { messages } from '../../messages.ts'
import { useConnection, useReconnect } from '../stream/news-stream.tsx'

const text = messages.palette.offline

/** A stream that is renewed is cut for a moment: that is not being offline. */
const PATIENCE_MS = 1_500

function subscribe(changed: () => void): () => void {
  addEventListener('online', changed)
  addEventListener('offline', changed)
  return () => {
    removeEventListener('online', changed)
    removeEventListener('offline', changed)
  }
}

/** Whether the machine says that it has a network. A stream that was open may not have noticed yet that it is gone. */
export const useNetwork = (): boolean =>
  useSyncExternalStore(
    subscribe,
    () => navigator.onLine,
    () => true,
  )

/** Since when (UTC ms) the page hears nothing: the machine has no network, or the stream is cut. Null: it does. */
function useOfflineSince(): number | null {
  const connection = useConnection()
  const network = useNetwork()
  const reconnect = useReconnect()
  const [since, setSince] = useState<number | null>(null)
  const cutAt = connection.state === 'offline' ? connection.since : null
  const offline = !network || cutAt !== null
  useEffect(() => {
    if (!offline) return setSince(null)
    const began = cutAt ?? Date.now()
    const timer = setTimeout(() => setSince((known) => Math.min(known ?? began, began)), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [offline, cutAt])
  useEffect(() => {
    // A network that returns is this machine's alone. To a server that restarts all browsers return, so each waits its own while.
    addEventListener('online', reconnect)
    return () => removeEventListener('online', reconnect)
  }, [reconnect])
  return offline ? since : null
}

/** "Offline since 10:58", with what tries again at once. Beside the feed's state where the top bar has room, else at the bottom. */
export function OfflineBadge() {
  const since = useOfflineSince()
  const reconnect = useReconnect()
  return <OfflineBadgeView since={since} onRetry={reconnect} />
}

export function OfflineBadgeView({ since, onRetry }: { since: number | null; onRetry: () => void }) {
  return (
    // there before it is needed, or it would not be read out
    <div
      role="status"
      data-testid="offline"
      className="flex-none max-full:fixed max-full:bottom-10 max-full:left-2 max-full:z-40 max-phone:bottom-[calc(64px+env(safe-area-inset-bottom))]"
    >
      {since !== null && (
        <span className="fl-live fl-live-err max-full:border max-full:border-line2 max-full:bg-s2" title={text.why}>
          <WifiOff size={12} aria-hidden="true" />
          {text.badge(formatClock(since, 'utc'))}
          <button
            type="button"
            aria-label={text.retry}
            title={text.retry}
            onClick={onRetry}
            className="-mr-1.5 flex size-6 cursor-pointer items-center justify-center rounded-full hover:bg-s3"
          >
            <RotateCw size={12} aria-hidden="true" />
          </button>
        </span>
      )}
    </div>
  )
}
