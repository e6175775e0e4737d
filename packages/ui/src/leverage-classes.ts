/** Upper bounds of the classes of effective leverage that pages show; the last class has none. */
export const LEVERAGE_BOUNDS = [5, 10, 25, 50] as const

/** `≤5×`, `5–10×` … `>50×`, low to high. */
export const LEVERAGE_CLASSES: readonly string[] = [0, ...LEVERAGE_BOUNDS].map((from, i) => {
  const to = LEVERAGE_BOUNDS[i]
  return to === undefined ? `>${from}×` : from === 0 ? `≤${to}×` : `${from}–${to}×`
})
