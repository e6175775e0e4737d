/** Numbers as venues write them into strings. */
import { fixed } from '../wire.ts'

/** At most so many decimals, and no zeros behind the last one that counts: `16677`, `0.0001`. */
export function trimmed(value: number, decimals: number): string {
  const text = fixed(value, decimals)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** One step of the last decimal: 2 → `0.01`. */
export const step = (decimals: number): string => (10 ** -decimals).toFixed(decimals)
