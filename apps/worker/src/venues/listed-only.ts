import type { VenueFeed } from '../feed/venue-feed.ts'

type Names = Pick<ReadonlySet<string>, 'has'>
const EVERYTHING: Names = { has: () => true }

/**
 * A feed that subscribes to what is listed and to nothing else, for venues that refuse a whole frame for one symbol that they do not
 * know: an instrument that was delisted must not take the others with it. It stays silent, and is late.
 * @param listed what the venue lists; `anew`: as of now, not as it was a while ago. Throws FeedError
 * @param withoutList what becomes of a socket while REST has never answered: it `waits`, or subscribes to `everything` it is told to
 */
export function withListedOnly(
  feed: VenueFeed,
  listed: (anew: boolean) => Promise<ReadonlySet<string>>,
  log: (line: string) => void,
  withoutList: 'waits' | 'everything' = 'waits',
): VenueFeed {
  const complained = new Set<string>()
  let last: Names | null = null

  /** Sockets do not wait for REST to answer again: what it said last is good enough. */
  const ask = async (anew: boolean): Promise<Names> => {
    try {
      last = await listed(anew)
    } catch (error) {
      if (last === null && withoutList === 'waits') throw error
    }
    return last ?? EVERYTHING
  }
  const known = async (symbols: readonly string[]): Promise<string[]> => {
    let names = await ask(false)
    if (symbols.some((symbol) => !names.has(symbol))) names = await ask(true)
    for (const symbol of symbols) {
      if (names.has(symbol)) complained.delete(symbol)
      else if (!complained.has(symbol)) {
        complained.add(symbol)
        log(`${symbol} is not listed (any more) and is not subscribed to`)
      }
    }
    return symbols.filter((symbol) => names.has(symbol))
  }

  return {
    ...feed,
    async openSocket(plan, symbols, handlers) {
      const socket = await feed.openSocket(plan, await known(symbols), handlers)
      return { setSymbols: async (next) => socket.setSymbols(await known(next)), close: () => socket.close() }
    },
  }
}
