import { dataSourceChange, findDataSource, updateDataSource } from '@faultline/db/repositories/data-sources'
import { sourceOptions } from '@faultline/market/feed'
import { z } from 'zod'
import { admin } from '../../../server/trpc.ts'
import { sourceSettings } from './schema.ts'
import { settingsOf } from './settings.ts'

const row = z.int().positive().max(0x7fffffff)

/** What is absent stays as it is. Addresses: null is the venue's own. */
export const updateInput = dataSourceChange.pick({ enabled: true, restUrl: true, wsUrl: true, symbols: true }).extend({
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
    if (backfillDays === undefined) return settingsOf(await updateDataSource(db, id, version, change))
    // The other options are of this version too, or the change is refused.
    const { backfillDays: _replaced, ...rest } = (await findDataSource(db, id)).options
    const options = backfillDays === null ? rest : { ...rest, backfillDays }
    return settingsOf(await updateDataSource(db, id, version, { ...change, options }))
  })
