/**
 * Runs `work` at once, and then at most once per `intervalMs` however often it is called; a call in between is made up for at
 * the end of the interval, so the last one is never lost.
 */
export function throttle(work: () => void, intervalMs: number): { call(): void; cancel(): void } {
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
      if (timer === null) run()
      else again = true
    },
    cancel() {
      if (timer !== null) clearTimeout(timer)
      timer = null
      again = false
    },
  }
}
