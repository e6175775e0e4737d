import { dataSourceChange, findDataSource, updateDataSource } from '@faultline/db/repositories/data-sources'
import { sourceOptions } from '@faultline/market/feed'
import { z } from 'zod'
import { record } from '../../../server/record.ts'
import { admin } from '../../../server/trpc.ts'
import { sourceSettings } from './schema.ts'
import { settingsOf } from './settings.ts'

const row = z.int().positive().max(0x7fffffff)

/** What is absent stays as it is. Addresses: null is the venue's own. */
export const updateInput = dataSourceChange.pick({ enabled: true, restUrl: true, wsUrl: true, symbols: true, priority: true }).extend({
  name: z.string().max(200, 'must not be longer than 80 characters').optional(),
  id: row,
  /** of the source as it was when the change was decided */
  version: row,
  /** null: the feed's own */
  backfillDays: sourceOptions.shape.backfillDays.nullable(),
})

/**
 * Changes a source and tells the workers. `conflict` (CONFLICT) when somebody else changed it since `version`,
 * `bad_input` (BAD_REQUEST) naming the field.
 */
export const updateProcedure = admin
  .input(updateInput)
  .output(sourceSettings)
  .mutation(async ({ ctx, input: { id, version, backfillDays, ...change } }) => {
    const { db } = ctx.services
    const store = async () => {
      if (backfillDays === undefined) return updateDataSource(db, id, version, change)
      // The other options are of this version too, or the change is refused.
      const { backfillDays: _replaced, ...rest } = (await findDataSource(db, id)).options
      const options = backfillDays === null ? rest : { ...rest, backfillDays }
      return updateDataSource(db, id, version, { ...change, options })
    }
    const source = await store()
    await record(ctx, { action: 'source.updated', target: source.name, details: changed({ ...change, backfillDays }) })
    return settingsOf(source)
  })

/** What was set, for the audit log; an address without what may be a password in it. */
function changed(change: Record<string, unknown>): Record<string, string> {
  const set = Object.entries(change).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    set.map(([name, value]) => [name, (Array.isArray(value) ? value.join(' ') : String(value)).replace(/\/\/[^/@]*@/, '//').slice(0, 500)]),
  )
}
