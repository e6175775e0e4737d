/** Resolves after `ms`, or when one of the signals aborts. */
export const pause = (ms: number, signals: AbortSignal[]): Promise<void> =>
  untilAborted(signals, (done) => {
    const timer = setTimeout(done, ms)
    return () => clearTimeout(timer)
  })

/** Resolves when `begin`'s callback is called or one of the signals aborts, and leaves no listener behind. */
export function untilAborted(signals: AbortSignal[], begin: (done: () => void) => () => void): Promise<void> {
  return new Promise((resolve) => {
    let finished = false
    let undo = () => {}
    const done = () => {
      if (finished) return
      finished = true
      undo()
      for (const signal of signals) signal.removeEventListener('abort', done)
      resolve()
    }
    for (const signal of signals) {
      if (signal.aborted) return done()
      signal.addEventListener('abort', done)
    }
    undo = begin(done)
    if (finished) undo()
  })
}
