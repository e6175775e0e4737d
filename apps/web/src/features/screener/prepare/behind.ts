import { MINUTE_MS } from '@faultline/market/units'
import type { ScreenerRow } from '../server/schema.ts'

const WORTH_SAYING_MS = 10 * MINUTE_MS

const endOf = ({ reading }: ScreenerRow): number | null => reading && reading.bucket + reading.bucketMs

/**
 * How far a row's newest column is behind the newest of all, ms; 0 while that is not worth saying. Simulated markets have clocks of their
 * own and are compared with each other.
 */
export function behindIn(rows: readonly ScreenerRow[]): (row: ScreenerRow) => number {
  const newest = (simulated: boolean) =>
    rows.reduce((time, row) => (row.simulated === simulated ? Math.max(time, endOf(row) ?? 0) : time), 0)
  const [real, simulated] = [newest(false), newest(true)]
  return (row) => {
    const end = endOf(row)
    if (end === null) return 0
    const behind = (row.simulated ? simulated : real) - end
    return behind > Math.max(WORTH_SAYING_MS, 3 * (row.reading?.bucketMs ?? 0)) ? behind : 0
  }
}
