import { instrumentsWithLayer, latestLooks, type ObservedPositionRow, observedPositions } from '@faultline/db/repositories/observed'
import { signedIn } from '../../../server/trpc.ts'
import { type ObservedNow, observedInput, observedNow } from './schema.ts'

/** Positions that are looked through per instrument, and given. */
const LARGEST = 400
const GIVEN = 12
/** Distance of the liquidation from the mark, at most, as a ratio. */
const NEAR = 0.3

/** What is seen of these instruments now. Addresses are shortened, for administrators too. */
export const currentProcedure = signedIn
  .input(observedInput)
  .output(observedNow)
  .query(async ({ ctx, input }): Promise<ObservedNow> => {
    const { db, gate } = ctx.services
    const ids = await instrumentsWithLayer(db, await gate.markets(ctx.user.allowance, input.instrumentIds))
    const [looks, positions] = await Promise.all([latestLooks(db, ids), observedPositions(db, ids, LARGEST)])
    const instruments = looks
      .filter((look) => look.longUsd + look.shortUsd > 0)
      .map(({ instrumentId, time, accounts, longUsd, shortUsd, longShare, shortShare }) => {
        const seen = positions.filter((p) => p.instrumentId === instrumentId).map((p) => p.seenAt)
        return {
          instrumentId,
          time,
          accounts,
          longUsd,
          shortUsd,
          // both sides have the same open interest
          share: longShare === null || shortShare === null ? null : (longShare + shortShare) / 2,
          oldestAt: seen.length > 0 ? Math.min(...seen) : null,
          newestAt: seen.length > 0 ? Math.max(...seen) : null,
        }
      })
    return { asked: Date.now(), instruments, positions: positions.flatMap(nearOnes).slice(0, GIVEN) }
  })

function nearOnes(p: ObservedPositionRow) {
  const { liquidationPrice } = p
  if (liquidationPrice === null || Math.abs((liquidationPrice * p.size) / p.usd - 1) > NEAR) return []
  return [{ ...p, liquidationPrice }]
}
