import type { Clock } from '../feed/clock.ts'

/** A clock that is set while we wait is seen this soon. */
const LOOK_AGAIN_MS = 30_000

/** Until our clock says `time` (UTC ms), or the signal is aborted. */
export async function waitUntil(time: number, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && clock.now() < time) await pause(Math.min(LOOK_AGAIN_MS, time - clock.now()), clock, signal)
}

function pause(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      callOff()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const callOff = clock.setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
  })
}
