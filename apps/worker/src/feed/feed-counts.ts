import type { FeedChannel } from '@faultline/market/feed'

/** Where a supervised feed counts what goes by, for whoever measures it. Calls are cheap and never throw. */
export interface FeedCounts {
  /** a message that was read, whatever is stored of it */
  message(channel: FeedChannel): void
  /** a socket of the plan `name` that had counted is gone */
  lostSocket(name: string): void
}

export const UNCOUNTED: FeedCounts = { message: () => undefined, lostSocket: () => undefined }
