/**
 * Exponential, logarithm and power from plain sums, products and quotients, which IEEE 754 fixes to the last bit. `Math.exp` and
 * `Math.log` are left to the engine by the language: Node 24 and a newer Chromium differ by one unit in the last place in one of
 * ten exponentials, and what is computed step by step from such numbers is no longer the same bytes. Whatever has to be — bins, estimates,
 * checkpoints — uses these; `Math.sqrt`, `Math.fround`, `Math.floor` are exact everywhere and stay.
 *
 * After fdlibm's e_exp.c and e_log.c, errors below one unit in the last place:
 * Copyright (C) 1993, 2004 by Sun Microsystems, Inc. All rights reserved. Permission to use, copy, modify, and distribute this software is
 * freely granted, provided that this notice is preserved.
 */

const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
const INVERSE_LN2 = Math.LOG2E
const OVERFLOW = 709.782712893384
const UNDERFLOW = -745.1332191019411

/** 2^k for k from −1022 to 1023, exact. */
const POWERS = new Float64Array(2046)
for (let k = 0, up = 1, down = 1; k <= 1023; k++, up *= 2, down /= 2) {
  POWERS[1022 + k] = up
  if (k <= 1022) POWERS[1022 - k] = down
}

/** e^x. */
export function exp(x: number): number {
  if (!(x <= OVERFLOW)) return x > OVERFLOW ? Number.POSITIVE_INFINITY : Number.NaN
  if (x < UNDERFLOW) return 0
  const magnitude = Math.abs(x)
  if (magnitude < 3.725290298461914e-9) return 1 + x
  let k = 0
  let high = x
  let low = 0
  if (magnitude > 0.5 * Math.LN2) {
    if (magnitude < 1.5 * Math.LN2) k = x < 0 ? -1 : 1
    else k = Math.trunc(INVERSE_LN2 * x + (x < 0 ? -0.5 : 0.5))
    high = x - k * LN2_HIGH
    low = k * LN2_LOW
  }
  const r = high - low
  const t = r * r
  const c =
    r -
    t *
      (0.16666666666666602 +
        t * (-0.0027777777777015593 + t * (0.00006613756321437934 + t * (-0.0000016533902205465252 + t * 4.1381367970572385e-8))))
  if (k === 0) return 1 - ((r * c) / (c - 2) - r)
  const y = 1 - (low - (r * c) / (2 - c) - high)
  if (k === 1024) return y * 2 * (POWERS[2045] as number)
  if (k >= -1021) return y * (POWERS[k + 1022] as number)
  return y * (POWERS[k + 2022] as number) * (POWERS[22] as number)
}

const double = new Float64Array(1)
const words = new Uint32Array(double.buffer)
/** Where the upper half of a double stands. */
const UPPER = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0

/** Natural logarithm: −∞ of 0, NaN of less. */
export function ln(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN
  if (x === Number.POSITIVE_INFINITY) return x
  let k = 0
  double[0] = x
  if ((words[UPPER] as number) < 0x0010_0000) {
    k = -54
    double[0] = x * 18014398509481984
  }
  const upper = words[UPPER] as number
  const mantissa = upper & 0x000f_ffff
  const carry = (mantissa + 0x9_5f64) & 0x10_0000
  words[UPPER] = mantissa | (carry ^ 0x3ff0_0000)
  k += (upper >> 20) - 1023 + (carry >> 20)
  const f = (double[0] as number) - 1
  if ((0x000f_ffff & (2 + mantissa)) < 3) {
    if (f === 0) return k === 0 ? 0 : k * LN2_HIGH + k * LN2_LOW
    const R = f * f * (0.5 - 0.3333333333333333 * f)
    return k === 0 ? f - R : k * LN2_HIGH - (R - k * LN2_LOW - f)
  }
  const s = f / (2 + f)
  const z = s * s
  const w = z * z
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373))
  const odd = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)))
  const R = odd + even
  if (((mantissa - 0x6_147a) | (0x6_b851 - mantissa)) > 0) {
    const half = 0.5 * f * f
    return k === 0 ? f - (half - s * (half + R)) : k * LN2_HIGH - (half - (s * (half + R) + k * LN2_LOW) - f)
  }
  return k === 0 ? f - s * (f - R) : k * LN2_HIGH - (s * (f - R) - k * LN2_LOW - f)
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
