/** Symmetric positive definite systems of a few dozen unknowns, row by row in one array. */

/**
 * Lower triangle L with L·Lᵀ = a, n × n; what is above the diagonal is neither read nor written. A pivot that rounding made zero or negative
 * becomes tiny: the system stays solvable.
 */
function cholesky(a: Float64Array, n: number, lower: Float64Array): void {
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) lower[i * n + j] = a[i * n + j] as number
  // Column by column, each taken off all that lies right of it: no sum waits for the one before.
  for (let k = 0; k < n; k++) {
    const pivot = Math.sqrt(Math.max(lower[k * n + k] as number, 1e-12))
    lower[k * n + k] = pivot
    for (let i = k + 1; i < n; i++) {
      const factor = (lower[i * n + k] as number) / pivot
      lower[i * n + k] = factor
      for (let j = k + 1; j <= i; j++) lower[i * n + j] = (lower[i * n + j] as number) - factor * (lower[j * n + k] as number)
    }
  }
}

/** x with a·x = b; `a` and `b` are not changed. `lower` (n × n) and `x` (n) are where it is worked out: new ones if left out. */
export function solveSymmetric(
  a: Float64Array,
  b: Float64Array,
  n: number,
  lower: Float64Array = new Float64Array(n * n),
  x: Float64Array = new Float64Array(n),
): Float64Array {
  cholesky(a, n, lower)
  for (let i = 0; i < n; i++) {
    let sum = b[i] as number
    for (let k = 0; k < i; k++) sum -= (lower[i * n + k] as number) * (x[k] as number)
    x[i] = sum / (lower[i * n + i] as number)
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[i] as number
    for (let k = i + 1; k < n; k++) sum -= (lower[k * n + i] as number) * (x[k] as number)
    x[i] = sum / (lower[i * n + i] as number)
  }
  return x
}

export function invertSymmetric(a: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n)
  const unit = new Float64Array(n)
  for (let j = 0; j < n; j++) {
    unit.fill(0)
    unit[j] = 1
    const column = solveSymmetric(a, unit, n)
    for (let i = 0; i < n; i++) inverse[i * n + j] = column[i] as number
  }
  return inverse
}
