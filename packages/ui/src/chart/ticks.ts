const NICE = [1, 2, 2.5, 5, 10]

/** The nice step (1, 2, 2.5, 5 × 10ⁿ) that cuts `span` into at most `count` parts. */
export function niceStep(span: number, count: number): number {
  const raw = span / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(raw))
  return (NICE.find((n) => n * power >= raw * (1 - 1e-9)) ?? 10) * power
}

/** The step that ECharts' linear axis takes for `count` parts: 1, 2, 3, 5 × 10ⁿ, to the nearest. */
export function axisStep(span: number, count: number): number {
  const raw = span / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(raw))
  const lead = raw / power
  return (lead < 1.5 ? 1 : lead < 2.5 ? 2 : lead < 4 ? 3 : lead < 7 ? 5 : 10) * power
}

/**
 * Prices to label between `low` and `high`. ECharts' own log axis labels only the ends of less than a decade, so on a
 * log axis that spans much the steps are chosen apart for each part of the height; over less than a doubling, linear
 * steps stand evenly enough.
 */
export function priceTicks(low: number, high: number, count: number, scale: 'linear' | 'log'): number[] {
  if (!(high > low)) return []
  if (scale === 'linear' || high / low < 1.6) return stepsBetween(low, high, niceStep(high - low, count))
  const out: number[] = []
  const parts = Math.max(2, Math.ceil(Math.log2(high / low)))
  const ratio = (high / low) ** (1 / parts)
  for (let i = 0, from = low; i < parts; i++, from *= ratio) {
    const step = niceStep(from * (ratio - 1), Math.max(1, count / parts))
    for (const tick of stepsBetween(from, from * ratio, step)) if (tick > (out[out.length - 1] ?? 0) * 1.0001) out.push(tick)
  }
  return out
}

function stepsBetween(low: number, high: number, step: number): number[] {
  const out: number[] = []
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high * (1 + 1e-12); k++) out.push(Number((k * step).toPrecision(12)))
  return out
}

/** Decimals that write multiples of `step` exactly: 0 for 20, 1 for 2.5, 2 for 0.25. */
export function decimalsOfStep(step: number): number {
  for (let decimals = 0; decimals < 18; decimals++) {
    const scaled = step * 10 ** decimals
    if (scaled >= 0.999 && Math.abs(scaled - Math.round(scaled)) < 1e-6) return decimals
  }
  return 18
}
