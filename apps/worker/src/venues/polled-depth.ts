import type { DepthEvent } from '@faultline/market/event'
import type { VenueFeed } from '../feed/venue-feed.ts'
import { DEPTH_POLLS, DepthPolls } from './depth-polls.ts'

/** A feed whose books come by asking, as one more of its sockets. */
export function withPolledDepth(feed: VenueFeed, ask: (symbol: string) => Promise<DepthEvent>, log: (line: string) => void): VenueFeed {
  const open = new Set<DepthPolls>()
  return {
    ...feed,
    sockets: [...feed.sockets, DEPTH_POLLS],

    async openSocket(plan, symbols, handlers) {
      if (plan.name !== DEPTH_POLLS.name) return feed.openSocket(plan, symbols, handlers)
      const polls = new DepthPolls({ ask, handlers, log })
      open.add(polls)
      await polls.setSymbols(symbols)
      return {
        setSymbols: (next) => polls.setSymbols(next),
        close: async () => {
          open.delete(polls)
          await polls.close()
        },
      }
    },

    async close() {
      await Promise.all([...open].map((polls) => polls.close()))
      await feed.close()
    },
  }
}
