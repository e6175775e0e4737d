/** What administrators do about observed accounts. Whole addresses leave the server by `export` only. */
import { findDataSource, updateDataSource } from '@faultline/db/repositories/data-sources'
import { readFeedStates } from '@faultline/db/repositories/feed-states'
import { instrumentsByIds } from '@faultline/db/repositories/instruments'
import { latestLooks } from '@faultline/db/repositories/observed'
import {
  addObservedAddresses,
  clearObservedAddresses,
  exportObservedAddresses,
  observedSummaries,
} from '@faultline/db/repositories/observed-accounts'
import { FaultlineError } from '@faultline/market/errors'
import { MOST_OBSERVED_ADDRESSES } from '@faultline/market/observed-addresses'
import { VENUES } from '@faultline/market/venue'
import { z } from 'zod'
import { record } from '../../../server/record.ts'
import type { Services } from '../../../server/services.ts'
import { admin } from '../../../server/trpc.ts'
import { sourceSettings } from '../../sources/server/schema.ts'
import { settingsOf } from '../../sources/server/settings.ts'

const row = z.int().positive().max(0x7fffffff)
const time = z.number()

export const observingStatus = z.object({
  enabled: z.boolean(),
  everyMs: z.number().nullable(),
  version: z.int(),
  asked: time,
  addresses: z.int(),
  /** have been answered for at least once; the last question failed; what was wrong with one of these */
  seen: z.int(),
  failing: z.int(),
  error: z.string().nullable(),
  oldestAt: time.nullable(),
  newestAt: time.nullable(),
  positions: z.int(),
  poller: z.object({ startedAt: time, answers: z.number(), message: z.string().nullable(), alive: z.boolean() }).nullable(),
  /** those with anything seen: what share of their open interest, both sides together */
  instruments: z.array(z.object({ symbol: z.string(), usd: z.number(), share: z.number().nullable(), time })),
})
export type ObservingStatus = z.infer<typeof observingStatus>

async function sourceOf({ db }: Services, id: number) {
  const source = await findDataSource(db, id)
  if (VENUES[source.venue].wire !== 'hyperliquid')
    throw new FaultlineError('bad_input', `${source.name} is no source of a venue that shows positions per address.`)
  return source
}

export const statusProcedure = admin
  .input(z.object({ id: row }))
  .output(observingStatus)
  .query(async ({ ctx, input: { id } }) => {
    const { db } = ctx.services
    const { options, version } = await sourceOf(ctx.services, id)
    const [[summary], feeds] = await Promise.all([observedSummaries(db, [id]), readFeedStates(db)])
    const ids = feeds.filter((feed) => feed.dataSourceId === id).map((feed) => feed.instrumentId)
    const [looks, instruments] = await Promise.all([latestLooks(db, ids), instrumentsByIds(db.pool, ids)])
    const symbols = new Map(instruments.map((i) => [i.id, i.symbol]))
    const {
      addresses = 0,
      seen = 0,
      failing = 0,
      error = null,
      oldestAt = null,
      newestAt = null,
      positions = 0,
      poller = null,
    } = summary ?? {}
    return {
      enabled: options.observed?.enabled === true,
      everyMs: options.observed?.everyMs ?? null,
      version,
      asked: Date.now(),
      addresses,
      seen,
      failing,
      error,
      oldestAt,
      newestAt,
      positions,
      poller,
      instruments: looks
        .filter((look) => look.longUsd + look.shortUsd > 0)
        .map((look) => ({
          symbol: symbols.get(look.instrumentId) ?? '',
          usd: look.longUsd + look.shortUsd,
          share: look.longShare === null || look.shortShare === null ? null : (look.longShare + look.shortShare) / 2,
          time: look.time,
        }))
        .sort((a, b) => b.usd - a.usd),
    }
  })

/** Switches the layer. Off: accounts are not asked for, nothing is shown, and the estimator is told of nothing from then on. */
export const switchProcedure = admin
  .input(z.object({ id: row, version: row, enabled: z.boolean() }))
  .output(sourceSettings)
  .mutation(async ({ ctx, input: { id, version, enabled } }) => {
    const { options } = await sourceOf(ctx.services, id)
    const source = await updateDataSource(ctx.services.db, id, version, {
      options: { ...options, observed: { ...options.observed, enabled } },
    })
    await record(ctx, { action: 'observed.switched', target: source.name, details: { enabled } })
    return settingsOf(source)
  })

export const addProcedure = admin
  .input(z.object({ id: row, addresses: z.array(z.string().max(64)).min(1).max(MOST_OBSERVED_ADDRESSES) }))
  .output(z.object({ added: z.int(), known: z.int(), total: z.int() }))
  .mutation(async ({ ctx, input: { id, addresses } }) => {
    const { name } = await sourceOf(ctx.services, id)
    const done = await addObservedAddresses(ctx.services.db, id, addresses)
    await record(ctx, { action: 'observed.added', target: name, details: { added: done.added, total: done.total } })
    return done
  })

export const clearProcedure = admin
  .input(z.object({ id: row }))
  .output(z.object({ removed: z.int() }))
  .mutation(async ({ ctx, input: { id } }) => {
    const { name } = await sourceOf(ctx.services, id)
    const removed = await clearObservedAddresses(ctx.services.db, id)
    await record(ctx, { action: 'observed.cleared', target: name, details: { removed } })
    return { removed }
  })

/** A mutation, so that no address lies in an address bar, a log of requests or a cache. */
export const exportProcedure = admin
  .input(z.object({ id: row }))
  .output(z.array(z.string()))
  .mutation(async ({ ctx, input: { id } }) => {
    const { name } = await sourceOf(ctx.services, id)
    // before they leave: who cannot be told of gets none
    await record(ctx, { action: 'observed.exported', target: name })
    return await exportObservedAddresses(ctx.services.db, id)
  })
