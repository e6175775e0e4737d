/** Ctrl-C reaches us twice: from the terminal, and from the process that started us. */
const SAME_SIGNAL_MS = 1_000

/**
 * SIGINT and SIGTERM ask the running command to stop at the next safe place, and so does the end of the process that started
 * us with an IPC channel; another signal later ends the process at once, which is safe as well: everything is written in
 * transactions.
 */
export async function untilStopped<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  let first = 0
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      if (Date.now() - first > SAME_SIGNAL_MS) process.exit(130)
      return
    }
    first = Date.now()
    controller.abort()
    process.stderr.write('\nstopping after the batch that is being written …\n')
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  process.on('disconnect', onSignal)
  try {
    return await work(controller.signal)
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
    process.off('disconnect', onSignal)
  }
}
