import { z } from 'zod'
import { signedIn } from '../../../server/trpc.ts'
import { allowsAsset } from '../../plans/prepare/allowed.ts'
import { type ScreenerRow, screenerBreakout, screenerList, screenerListInput } from './schema.ts'

/** Every instrument with its reading, sums among them; with `since` only what has changed. Of what the plan does not show only the name. */
export const screenerListProcedure = signedIn
  .input(screenerListInput.optional())
  .output(screenerList)
  .query(async ({ ctx, input }) => {
    const { rows, asOf } = await ctx.services.screener.list(input?.since)
    return { rows: rows.map((row) => (allowsAsset(ctx.user.allowance, row.baseAsset) ? row : lockedRow(row))), asOf }
  })

/** The newest breakouts of all instruments, by each market's own clock. */
export const screenerBreakoutsProcedure = signedIn.output(z.array(screenerBreakout)).query(async ({ ctx }) => {
  const { screener } = ctx.services
  const { allowance } = ctx.user
  const all = await screener.breakouts()
  if (allowance.baseAssets === null) return all
  const assets = await screener.baseAssets()
  return all.filter(({ key }) => allowsAsset(allowance, assets.get(key) ?? ''))
})

const lockedRow = (row: ScreenerRow): ScreenerRow => ({ ...row, reading: null, waiting: null, locked: true })
