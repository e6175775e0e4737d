import { SECOND_MS } from '@faultline/market/units'
import { FeedError } from '../../feed/venue-feed.ts'

/** What `work` gives. @throws FeedError unreachable (`what` within so many seconds) when it takes longer; it goes on unheard */
export async function withinTime<T>(ms: number, work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new FeedError('unreachable', `${what} within ${ms / SECOND_MS} s`)), ms)
  })
  work.catch(() => undefined)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
