/** The check of a venue that an administrator asks for on a page: a few seconds of listening, and a call of each kind. */
import path from 'node:path'
import type { JobTurn } from '@faultline/db/jobs'
import { SECOND_MS } from '@faultline/market/units'
import { FEED_VENUES, VENUES } from '@faultline/market/venue'
import type { LiveEnv } from '../../env.ts'
import { BanFile } from '../../feed/ban-file.ts'
import { FEEDS } from '../feeds.ts'
import { checkVenue, type VenueCheck } from './check-venue.ts'

/** Every real venue has these. */
const REAL_BASES = ['BTC', 'ETH']

/** What a page shows of it; raw messages stay here. */
export type VenueCheckResult = Omit<VenueCheck, 'samples'>

export const venueCheckHandler =
  (env: Pick<LiveEnv, 'addresses' | 'stateDir'>, log: (line: string) => void) =>
  async ({ data, signal }: JobTurn<'venueCheck'>): Promise<VenueCheckResult> => {
    const venue = FEED_VENUES.find((id) => id === data.venue)
    if (!venue) throw new Error(`There is no venue “${data.venue}”.`)
    const { wire, simulated } = VENUES[venue]
    const own = env.addresses[venue]
    const restUrl = data.restUrl ?? own?.rest ?? null
    const wsUrl = data.wsUrl ?? own?.ws ?? null
    // Without an address a feed goes to the venue's own hosts: what comes from there is not simulated.
    if (simulated && (restUrl === null || wsUrl === null))
      throw new Error('No simulated venue runs beside the worker. Start one, or give its REST and WebSocket URL.')
    const feed = (await FEEDS[wire]())({
      restUrl,
      wsUrl,
      // Whom the venue has told to wait does not ask here either.
      banFile: new BanFile(path.join(env.stateDir, 'worker', 'bans.json')),
      log: (line) => log(`check of ${venue}: ${line}`),
    })
    try {
      const durationMs = data.seconds * SECOND_MS
      const { samples: _samples, ...result } = await checkVenue({
        venue,
        feed,
        durationMs,
        symbols: data.symbols,
        baseAssets: simulated ? [] : REAL_BASES,
        signal,
      })
      return result
    } finally {
      await feed.close()
    }
  }
