import { setImmediate } from 'node:timers/promises'

/** Long enough to get on, short enough that nobody notices. */
const SLICE_MS = 12

/** To be awaited between parts of heavy work: lets others have their turn whenever a slice of time is used up. */
export function breather(sliceMs = SLICE_MS): () => Promise<void> {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < sliceMs) return
    await setImmediate()
    since = performance.now()
  }
}
