/** Numbers that look drawn and are the same for the same seed, on every machine. */
export interface Generator {
  /** uniform in (0, 1), 32 bits of it */
  uniform(): number
  /** standard normal */
  normal(): number
}

/** sfc32 (Chris Doty-Humphrey's Small Fast Counting generator, PractRand): 128 bits of state, no multiplication. */
export function generatorOf(seed: number): Generator {
  let [a, b, c, counter] = [seed | 0, Math.floor(seed / 2 ** 32) | 0, 0x9e3779b9 | 0, 1]
  const next = (): number => {
    const out = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + out
    c |= 0
    return out >>> 0
  }
  // A seed of few bits is spread over the state before the first number is used.
  for (let i = 0; i < 16; i++) next()
  const uniform = (): number => (next() + 0.5) / 2 ** 32
  return {
    uniform,
    // Box and Muller; the second of the pair is thrown away, so that a draw takes the same count of numbers whatever came before.
    normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  }
}
