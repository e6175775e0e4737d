/**
 * At most four points per pixel (first, lowest, highest, last), so that a line over thousands of points costs what its
 * width costs and no spike is lost. `x` in pixels, ascending; returns interleaved x, y and NaN pairs where the line breaks.
 */
export function decimateLine(x: Float64Array, y: Float64Array, breakAfter: (index: number) => boolean): Float64Array {
  const out = new Float64Array(x.length * 4)
  let n = 0
  const push = (i: number) => {
    out[n++] = x[i] as number
    out[n++] = y[i] as number
  }
  for (let i = 0; i < x.length; ) {
    const pixel = Math.floor(x[i] as number)
    let low = i
    let high = i
    let end = i
    for (let j = i; j < x.length && Math.floor(x[j] as number) === pixel; j++) {
      if ((y[j] as number) < (y[low] as number)) low = j
      if ((y[j] as number) > (y[high] as number)) high = j
      end = j
      if (breakAfter(j)) break
    }
    let last = -1
    for (const k of [i, Math.min(low, high), Math.max(low, high), end]) {
      if (k === last) continue
      push(k)
      last = k
    }
    if (breakAfter(end)) {
      out[n++] = Number.NaN
      out[n++] = Number.NaN
    }
    i = end + 1
  }
  return out.slice(0, n)
}
