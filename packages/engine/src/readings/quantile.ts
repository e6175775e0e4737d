/** The q-th quantile of rising values, linear between them; NaN of none. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) return Number.NaN
  const at = Math.min(1, Math.max(0, q)) * (sorted.length - 1)
  const low = Math.floor(at)
  const high = Math.min(sorted.length - 1, low + 1)
  return (sorted[low] as number) + (at - low) * ((sorted[high] as number) - (sorted[low] as number))
}

/** Share of rising values that are at least `threshold`; NaN of none. */
export function shareAtLeast(sorted: Float64Array, threshold: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) >= threshold) high = middle
    else low = middle + 1
  }
  return (sorted.length - low) / sorted.length
}

/** The smallest value that a share q of the weight does not exceed; 0 where nothing has weight. */
export function weightedQuantile(values: readonly { weight: number; value: number }[], q: number): number {
  const sorted = values.filter(({ weight }) => weight > 0).sort((a, b) => a.value - b.value)
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0)
  let sum = 0
  for (const { weight, value } of sorted) {
    sum += weight
    // Weights of an ensemble are 1 only to the last digits.
    if (sum >= q * total * (1 - 1e-12)) return value
  }
  return sorted.at(-1)?.value ?? 0
}
