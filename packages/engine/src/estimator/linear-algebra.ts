/** Symmetric positive definite systems of a few dozen unknowns, row by row in one array. */

/** Lower triangle L with L·Lᵀ = a, n × n. A pivot that rounding made zero or negative becomes tiny: the system stays solvable. */
function cholesky(a: Float64Array, n: number, lower: Float64Array): void {
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j] as number
      for (let k = 0; k < j; k++) sum -= (lower[i * n + k] as number) * (lower[j * n + k] as number)
      lower[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / (lower[j * n + j] as number)
    }
}

/** x with a·x = b; `a` is not changed. */
export function solveSymmetric(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const lower = new Float64Array(n * n)
  cholesky(a, n, lower)
  const x = Float64Array.from(b)
  for (let i = 0; i < n; i++) {
    let sum = x[i] as number
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
