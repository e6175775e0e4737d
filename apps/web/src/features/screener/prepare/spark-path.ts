/** A day of closes as the `d` of one path. Pure. */

/** `values` from 0 (lowest) to 100 over a box of `width` × `height` px. Empty for fewer than two. */
export function sparkPath(values: readonly number[], width: number, height: number): string {
  if (values.length < 2) return ''
  const x = (i: number) => round((i * width) / (values.length - 1))
  return values.map((value, i) => `${i === 0 ? 'M' : 'L'}${x(i)} ${round(1 + ((100 - value) / 100) * (height - 2))}`).join('')
}

const round = (value: number): number => Math.round(value * 10) / 10
