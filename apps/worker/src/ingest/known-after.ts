import type { LiveEvent } from '@faultline/db/repositories/live-events'

/**
 * End of the last bucket that was estimated without an event which belongs into it or before it; null where the event is in
 * time. `steppedTo`: end of the last bucket that was estimated, or is just being so. A bucket sees figures up to its very end,
 * and liquidations before it. Candles never carry this: a late one makes a new generation.
 */
export function knownAfter(event: LiveEvent, steppedTo: number | null): number | null {
  if (steppedTo === null) return null
  switch (event.type) {
    case 'openInterest':
    case 'funding':
    case 'longShortRatio':
      return event.time <= steppedTo ? steppedTo : null
    case 'liquidation':
      return event.time < steppedTo ? steppedTo : null
    default:
      return null
  }
}
