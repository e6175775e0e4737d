/** Figures travel with five significant digits: finer than any of them is known, and a third of the text. */
const DIGITS = 5

export function round(value: number, digits = DIGITS): number {
  if (value === 0 || !Number.isFinite(value)) return value
  const place = digits - 1 - Math.floor(Math.log10(Math.abs(value)))
  // A quotient of whole numbers is the nearest double to the decimal, a product with 0.01 is not.
  if (place < 0) return Math.round(value / 10 ** -place) * 10 ** -place
  return Math.round(value * 10 ** place) / 10 ** place
}

export const roundAll = (values: ArrayLike<number>, digits = DIGITS): number[] => Array.from(values, (value) => round(value, digits))
