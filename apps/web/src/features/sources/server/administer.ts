/** Making and taking away data sources, their keys, their history and what a venue answers. */
import { cancelBackfill, listBackfills, requestBackfill } from '@faultline/db/repositories/backfills'
import {
  createDataSource,
  dataSourceChange,
  deleteDataSource,
  findDataSource,
  updateDataSource,
} from '@faultline/db/repositories/data-sources'
import { CREDENTIALS, removeCredential, setCredential } from '@faultline/db/repositories/source-credentials'
import { FaultlineError } from '@faultline/market/errors'
import { sourceOptions } from '@faultline/market/feed'
import { symbolSchema } from '@faultline/market/instrument'
import { FEED_VENUES, type FeedVenueId } from '@faultline/market/venue'
import { z } from 'zod'
import { record } from '../../../server/record.ts'
import { admin } from '../../../server/trpc.ts'
import { backfillItem, credentialHint, sourceSettings, venueCheckState } from './schema.ts'
import { settingsOf } from './settings.ts'

const row = z.int().positive().max(0x7fffffff)
const venue = z.enum(FEED_VENUES as [FeedVenueId])
const time = z.int().min(0).max(8.64e15)

export const createInput = dataSourceChange.pick({ enabled: true, restUrl: true, wsUrl: true, symbols: true, priority: true }).extend({
  name: z.string().max(200, 'must not be longer than 80 characters'),
  venue,
  backfillDays: sourceOptions.shape.backfillDays.nullable(),
})

/** Makes a source; workers begin to listen to it at once. CONFLICT where another has its name, BAD_REQUEST naming the field. */
export const createProcedure = admin
  .input(createInput)
  .output(sourceSettings)
  .mutation(async ({ ctx, input: { backfillDays, ...given } }) => {
    const options = backfillDays === undefined || backfillDays === null ? {} : { backfillDays }
    const source = await createDataSource(ctx.services.db, { ...given, options })
    await record(ctx, { action: 'source.created', target: source.name, details: { venue: source.venue } })
    return settingsOf(source)
  })

/** Takes it away with its keys and requests; the markets and their maps stay. */
export const removeProcedure = admin.input(z.object({ id: row, version: row })).mutation(async ({ ctx, input: { id, version } }) => {
  const source = await deleteDataSource(ctx.services.db, id, version)
  await record(ctx, { action: 'source.deleted', target: source.name, details: { venue: source.venue } })
})

const credential = z.object({ id: row, name: z.enum(CREDENTIALS) })

/** Written, and never read again by any page. Workers connect anew with it. */
export const setCredentialProcedure = admin
  .input(credential.extend({ value: z.string().max(4_000) }))
  .output(credentialHint)
  .mutation(async ({ ctx, input: { id, name, value } }) => {
    const { db, box } = ctx.services
    const source = await findDataSource(db, id)
    const hint = await setCredential(db, ctx.actor, box, { dataSourceId: id, name, value })
    await touch(ctx, id)
    await record(ctx, { action: 'source.key_set', target: source.name, details: { name } })
    return hint
  })

export const removeCredentialProcedure = admin.input(credential).mutation(async ({ ctx, input: { id, name } }) => {
  const { db } = ctx.services
  const source = await findDataSource(db, id)
  await removeCredential(db, ctx.actor, id, name)
  await touch(ctx, id)
  await record(ctx, { action: 'source.key_removed', target: source.name, details: { name } })
})

/** Another version of the source, as it is now: workers that listen to it begin anew. */
async function touch(
  ctx: { services: { db: Parameters<typeof findDataSource>[0] & Parameters<typeof updateDataSource>[0] } },
  id: number,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const { version } = await findDataSource(ctx.services.db, id)
    try {
      await updateDataSource(ctx.services.db, id, version, {})
      return
    } catch (error) {
      // somebody else changed it at the same moment
      if (attempt >= 4 || !(error instanceof FaultlineError) || error.code !== 'conflict') throw error
    }
  }
}

/** Has a stretch of history fetched by the worker that writes the market. Times in UTC ms, `to` exclusive. */
export const backfillProcedure = admin
  .input(z.object({ id: row, symbol: symbolSchema, from: time, to: time }))
  .output(backfillItem)
  .mutation(async ({ ctx, input: { id, symbol, from, to } }) => {
    const { db } = ctx.services
    const source = await findDataSource(db, id)
    const request = await requestBackfill(db, ctx.actor, { dataSourceId: id, symbol, from, to })
    const day = (ms: number) => new Date(ms).toISOString().slice(0, 16)
    await record(ctx, { action: 'source.history_requested', target: source.name, details: { symbol, from: day(from), to: day(to) } })
    return request
  })

/** What was asked for, newest first; of one source or of all. */
export const backfillsProcedure = admin
  .input(z.object({ id: row.optional() }))
  .output(z.array(backfillItem))
  .query(({ ctx, input }) => listBackfills(ctx.services.db, ctx.actor, input.id))

export const cancelBackfillProcedure = admin.input(z.object({ request: z.uuid() })).mutation(async ({ ctx, input }) => {
  await cancelBackfill(ctx.services.db, ctx.actor, input.request)
  await record(ctx, { action: 'source.history_cancelled', target: input.request })
})

const CHECK_SECONDS = 8

/** Begins a check of a venue by a worker: of a source as it is, or of what a form says. Gives the job's id to ask for. */
export const checkProcedure = admin
  .input(dataSourceChange.pick({ restUrl: true, wsUrl: true, symbols: true }).extend({ venue }))
  .output(z.object({ job: z.string() }))
  .mutation(async ({ ctx, input: { venue, restUrl, wsUrl, symbols } }) => {
    await ctx.services.limits.take('alertTest', `venue check ${ctx.user.userId}`)
    const data = { venue, restUrl: restUrl ?? null, wsUrl: wsUrl ?? null, symbols: (symbols ?? []).slice(0, 3), seconds: CHECK_SECONDS }
    const job = await ctx.services.jobs.send('venueCheck', data)
    if (job === null) throw new FaultlineError('unavailable', 'The check could not be begun. Try again in a moment.')
    await record(ctx, { action: 'source.checked', target: venue })
    return { job }
  })

/** How a check is: waiting (for a worker), active, done with what arrived, failed with why. */
export const checkResultProcedure = admin
  .input(z.object({ job: z.uuid() }))
  .output(venueCheckState)
  .query(async ({ ctx, input }) => {
    const found = await ctx.services.jobs.result('venueCheck', input.job)
    if (!found) throw new FaultlineError('not_found', 'This check is not known any more. Begin another.')
    const { state, output } = found
    if (state === 'waiting' || state === 'active') return { state }
    if (state === 'done') return venueCheckState.parse({ state, result: output })
    const message = typeof output === 'object' && output !== null && 'message' in output ? String(output.message) : 'the worker was stopped'
    return { state, message }
  })
