import type { CandleEvent } from '@faultline/market/event'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@faultline/market/units'

/** A candle is final on REST this long after its end. */
const FINAL_MS = SECOND_MS
/** The candle that would prove the last one closed may be this late. */
const NEXT_CANDLE_LATE_MS = MINUTE_MS
/** No clock of a venue is wrong by as much as this. */
const LONG_AGO_MS = 6 * HOUR_MS

/**
 * Of candles whose answer does not say which have closed: those before the `newest` of it have. Where nobody trades, the next one
 * may be missing for a moment. Where it is missing for longer, the market has ended or had a break, or the venue's clock is ahead
 * of its candles: then the last one may be open, and is left out.
 */
export async function closedOf(
  candles: readonly CandleEvent[],
  newest: number | null,
  serverTime: () => Promise<number>,
): Promise<CandleEvent[]> {
  const last = candles.at(-1)
  if (!last || last.openTime !== newest) return [...candles]
  const past = (await serverTime()) - (last.openTime + MINUTE_MS)
  const closed = (past >= FINAL_MS && past < NEXT_CANDLE_LATE_MS) || past >= LONG_AGO_MS
  return closed ? [...candles] : candles.slice(0, -1)
}
