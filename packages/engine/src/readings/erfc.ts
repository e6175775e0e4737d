/**
 * Complementary error function of x ≥ 0, relative error below 1.2e-7 everywhere (Press et al., Numerical Recipes, "erfcc": a Chebyshev
 * fit). erfc(x / (σ√2)) is the chance that a driftless Brownian path of standard deviation σ at the end gets as far as x on the way.
 */
export function erfc(x: number): number {
  const t = 1 / (1 + 0.5 * x)
  let sum = 0
  for (const coefficient of COEFFICIENTS) sum = sum * t + coefficient
  return t * Math.exp(sum - x * x)
}

/** Highest power of t first. */
const COEFFICIENTS = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368, -1.26551223,
] as const
