import { instrumentsWithLayer, readLooks } from '@faultline/db/repositories/observed'
import { DAY_MS } from '@faultline/market/units'
import { signedIn } from '../../../server/trpc.ts'
import { HOLD_MS, runsOf, stepOf } from './runs.ts'
import { layerInput, observedLayer } from './schema.ts'

const LONGEST_MS = 62 * DAY_MS

/** Liquidation levels of observed positions over a stretch of time, where the layer is on; without any address. */
export const layerProcedure = signedIn
  .input(layerInput.refine(({ from, to }) => to > from && to - from <= LONGEST_MS, 'from and to are no range of time, or too long a one'))
  .output(observedLayer)
  .query(async ({ ctx, input: { instrumentIds, from, to } }) => {
    const { db, gate } = ctx.services
    const ids = await instrumentsWithLayer(db, await gate.markets(ctx.user.allowance, instrumentIds, from))
    const stepMs = stepOf(to - from)
    const all = await Promise.all(ids.map(async (id) => runsOf(await readLooks(db, id, { from: from - HOLD_MS, to, stepMs }), to)))
    return all.flat().filter((run) => run.to > from)
  })
