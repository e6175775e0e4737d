import { z } from 'zod'

const time = z.number()
const instrumentId = z.int().positive().max(0x7fffffff)
const side = z.enum(['long', 'short'])

/** Of a sum over venues: those of its members. */
export const observedInput = z.object({ instrumentIds: z.array(instrumentId).min(1).max(20) })

export const observedPosition = z.object({
  instrumentId,
  /** shortened: `0x1234…abcd` */
  account: z.string(),
  side,
  /** base coin */
  size: z.number(),
  usd: z.number(),
  entryPrice: z.number(),
  leverage: z.number(),
  isolated: z.boolean(),
  liquidationPrice: z.number(),
  /** our clock at the answer, UTC ms */
  seenAt: time,
})
export type ObservedPositionItem = z.infer<typeof observedPosition>

/** What is seen of one instrument, as it was last written down. */
export const observedFacts = z.object({
  instrumentId,
  /** the venue's time of that, UTC ms */
  time,
  accounts: z.int(),
  longUsd: z.number(),
  shortUsd: z.number(),
  /** of the open interest, both sides together, 0 to 1; null: not known */
  share: z.number().nullable(),
  /** our clock at the oldest and newest answer that positions rest on */
  oldestAt: time.nullable(),
  newestAt: time.nullable(),
})
export type ObservedFacts = z.infer<typeof observedFacts>

export const observedNow = z.object({
  /** our clock, UTC ms */
  asked: time,
  /** of instruments whose layer is on and has ever held anything */
  instruments: z.array(observedFacts),
  /** the largest whose liquidation lies near the price, largest first */
  positions: z.array(observedPosition),
})
export type ObservedNow = z.infer<typeof observedNow>

/** What a database can hold: beyond lies no picture. */
const storableTime = z
  .number()
  .min(0)
  .max(Date.UTC(9999, 11, 31))
export const layerInput = observedInput.extend({ from: storableTime, to: storableTime })

/** Levels that stood for a stretch of time, UTC ms; `bin` of the price grid, `usd` the most that stood there. */
export const observedRun = z.object({ side, bin: z.int(), from: time, to: time, usd: z.number() })
export const observedLayer = z.array(observedRun)
