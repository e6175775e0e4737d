import { FaultlineError } from '@faultline/market/errors'
import { DAY_MS } from '@faultline/market/units'

/**
 * Realised volatility per square root of a day: √(mean of squared log returns × bars per day). Returns are not centred: over hours the
 * mean is noise. NaN with fewer than two closes; FaultlineError `bad_input` on a close that is no price.
 */
export function realisedVolatility(closes: ArrayLike<number>, intervalMs: number): number {
  if (!(intervalMs > 0))
    throw new FaultlineError('bad_input', `${intervalMs} is not a length in milliseconds`, { place: { field: 'intervalMs' } })
  let sum = 0
  for (let i = 0; i < closes.length; i++) {
    const close = closes[i] as number
    if (!(Number.isFinite(close) && close > 0))
      throw new FaultlineError('bad_input', `${close} is not a price`, { place: { field: `closes[${i}]` } })
    if (i > 0) sum += Math.log(close / (closes[i - 1] as number)) ** 2
  }
  return closes.length < 2 ? Number.NaN : Math.sqrt((sum / (closes.length - 1)) * (DAY_MS / intervalMs))
}
