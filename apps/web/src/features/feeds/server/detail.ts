import { type ChannelWindow, readCoverage } from '@faultline/db/repositories/coverage'
import { findInstrument } from '@faultline/db/repositories/instruments'
import { channelStatus, FEED_CHANNELS } from '@faultline/market/feed'
import { DAY_MS } from '@faultline/market/units'
import { VENUES } from '@faultline/market/venue'
import { z } from 'zod'
import { signedIn } from '../../../server/trpc.ts'
import { instrumentInput } from '../../heatmap/server/schema.ts'
import { venueNow } from '../../sources/server/read-sources.ts'

export const feedDetail = z.object({
  channels: z.array(
    z.object({
      channel: z.enum(FEED_CHANNELS),
      status: channelStatus,
      /** of the last 24 hours of the venue's clock, by the gap ledger: a share of time; nothing was expected before the feed began */
      coverage: z.object({ expectedMs: z.number(), coveredMs: z.number() }),
    }),
  ),
  /** prints are a sample of what was liquidated */
  liquidationsSampled: z.boolean(),
})
export type FeedDetail = z.infer<typeof feedDetail>

/** The channels of an instrument's feed, with their newest times. Without any for an instrument that has no feed. */
export const detailProcedure = signedIn
  .input(instrumentInput)
  .output(feedDetail)
  .query(async ({ ctx, input }): Promise<FeedDetail> => {
    const { db, hub } = ctx.services
    const instrument = await findInstrument(db, input.instrument)
    const statuses = (await hub.feedOf(instrument.key))?.channels ?? {}
    const to = venueNow(statuses, Date.now())
    const known = FEED_CHANNELS.flatMap((channel) => {
      const status = statuses[channel]
      return status ? [{ channel, status }] : []
    })
    const windows = known.map(({ channel, status: { coveredTo, limitMs } }): ChannelWindow => {
      return { instrumentId: instrument.id, channel, from: to - DAY_MS, to, coveredTo, limitMs }
    })
    const covered = await readCoverage(db, windows, DAY_MS)
    return {
      channels: known.map((entry, i) => ({
        ...entry,
        coverage: { expectedMs: covered[i]?.expectedMs ?? 0, coveredMs: covered[i]?.coveredMs ?? 0 },
      })),
      liquidationsSampled: statuses.liquidation !== undefined && VENUES[instrument.venue].liquidations === 'sample',
    }
  })
