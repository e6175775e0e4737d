/**
 * SIGINT and SIGTERM ask the running command to stop at the next safe place, and so does the end of the process that started
 * us with an IPC channel; a second signal ends the process at once, which is safe as well: everything is written in
 * transactions.
 */
export async function untilStopped<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130)
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
