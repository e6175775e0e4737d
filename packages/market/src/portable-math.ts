/**
 * Exponential, logarithm and power from plain sums, products and quotients, which IEEE 754 fixes to the last bit. `Math.exp` and
 * `Math.log` are left to the engine by the language: Node 24 and a newer Chromium differ by one unit in the last place in one of
 * ten exponentials, and what is computed step by step from such numbers is no longer the same bytes. Whatever has to be — bins, estimates,
 * checkpoints — uses these; `Math.sqrt`, `Math.fround`, `Math.floor` are exact everywhere and stay. Errors are below two units in the last place.
 */

/** ln 2 in two parts: the first has 32 bits, so that its multiples by an exponent are exact. */
const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
const OVERFLOW = 709.782712893384
const UNDERFLOW = -745.1332191019411
/** Numbers below this are not normal; times 2^54 they are. */
const SMALLEST_NORMAL = 2.2250738585072014e-308
const TWO_TO_54 = 18014398509481984

/** 2^k for k from −1022 to 1023, exact. */
const POWERS = new Float64Array(2046)
for (let k = 0, up = 1, down = 1; k <= 1023; k++, up *= 2, down /= 2) {
  POWERS[1022 + k] = up
  if (k <= 1022) POWERS[1022 - k] = down
}

/** e^x: x = k·ln 2 + r, e^r by its series. */
export function exp(x: number): number {
  if (!(x <= OVERFLOW)) return x > OVERFLOW ? Number.POSITIVE_INFINITY : Number.NaN
  if (x < UNDERFLOW) return 0
  const k = Math.floor(x / Math.LN2 + 0.5)
  const r = x - k * LN2_HIGH - k * LN2_LOW
  // 1/2! + r/3! + … + r¹¹/13!: enough for |r| ≤ ln 2/2
  const early = 1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720 + r * (1 / 5040)))))
  const late = 1 / 40320 + r * (1 / 362880 + r * (1 / 3628800 + r * (1 / 39916800 + r * (1 / 479001600 + r * (1 / 6227020800)))))
  const cube = r * r * r
  const y = 1 + (r + r * r * (early + cube * cube * late))
  // 2^1024 and what is below the normal numbers take two steps.
  if (k > 1023) return y * (POWERS[2045] as number) * 2
  if (k < -1022) return y * (POWERS[k + 1022 + 1000] as number) * (POWERS[22] as number)
  return y * (POWERS[k + 1022] as number)
}

const double = new Float64Array(1)
const words = new Uint32Array(double.buffer)
/** Where the upper half of a double stands. */
const UPPER = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0

/** Natural logarithm: −∞ of 0, NaN of less. x = 2^k·m with m about 1, and ln m = 2·artanh((m − 1)/(m + 1)) by its series. */
export function ln(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN
  if (x === Number.POSITIVE_INFINITY) return x
  let k = 0
  double[0] = x
  if (x < SMALLEST_NORMAL) {
    k = -54
    double[0] = x * TWO_TO_54
  }
  const upper = words[UPPER] as number
  k += (upper >>> 20) - 1023
  words[UPPER] = (upper & 0x000f_ffff) | 0x3ff0_0000
  let m = double[0] as number
  if (m > Math.SQRT2) {
    m /= 2
    k++
  }
  const f = m - 1
  const s = f / (m + 1)
  const z = s * s
  // 2/3 + 2z/5 + … + 2z⁹/21: enough for |s| ≤ 0.172
  const early = 2 / 3 + z * (2 / 5 + z * (2 / 7 + z * (2 / 9 + z * (2 / 11))))
  const late = 2 / 13 + z * (2 / 15 + z * (2 / 17 + z * (2 / 19 + z * (2 / 21))))
  const tail = early + z * z * z * z * z * late
  return k * LN2_HIGH + (2 * s + (s * z * tail + k * LN2_LOW))
}

/** ln(1 + x), exact in the first order for small x. */
export function ln1p(x: number): number {
  const whole = 1 + x
  return whole === 1 || whole === Number.POSITIVE_INFINITY ? x : (ln(whole) * x) / (whole - 1)
}

/** base^exponent of a positive base; error about |exponent · ln base| units in the last place. */
export function power(base: number, exponent: number): number {
  return exponent === 1 ? base : exp(exponent * ln(base))
}
