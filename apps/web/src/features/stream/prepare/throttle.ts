/**
 * Runs `work` at once (or `delayMs` after the first call), and then at most once per `intervalMs` however often it is called; a
 * call in between is made up for at the end of the interval, so the last one is never lost.
 */
export function throttle(work: () => void, intervalMs: number, delayMs: () => number = () => 0): { call(): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | null = null
  let again = false
  const run = () => {
    again = false
    timer = setTimeout(() => {
      timer = null
      if (again) run()
    }, intervalMs)
    work()
  }
  return {
    call() {
      const wait = delayMs()
      if (timer !== null) again = true
      else if (wait > 0) timer = setTimeout(run, wait)
      else run()
    },
    cancel() {
      if (timer !== null) clearTimeout(timer)
      timer = null
      again = false
    },
  }
}
