/**
 * Runs `work` when called, never twice at once: calls while it runs are made up for by one run after it. So news that comes
 * faster than answers neither piles up nor keeps any answer, or failure, from arriving.
 */
export function oneAtATime(work: () => Promise<unknown>): () => void {
  let running = false
  let again = false
  const run = async () => {
    running = true
    do {
      again = false
      await work().catch(() => {
        // whoever does the work shows how it went
      })
    } while (again)
    running = false
  }
  return () => {
    if (running) again = true
    else void run()
  }
}
