/**
 * Progress on standard error, so that standard output stays the result: one line that rewrites itself on a terminal, a line
 * every few seconds elsewhere (a log, a test).
 */

const TERMINAL_EVERY_MS = 100
const LOG_EVERY_MS = 5_000

export interface ProgressUpdate {
  /** what is being done: "reading", "storing", "estimating" */
  phase: string
  done: number
  total: number
  /** short addition: a file, a symbol */
  detail?: string
}

export interface Progress {
  /** Returns the estimated milliseconds left in this phase, null while nothing can be said. */
  update(update: ProgressUpdate): number | null
  /** A lasting line of its own that does not tear the progress line. */
  note(text: string): void
  /** Clears the rewriting line; call it before the program writes anything else. May be called twice. */
  finish(): void
}

type ProgressStream = Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean; columns?: number }

export function createProgress(stream: ProgressStream = process.stderr, now: () => number = Date.now): Progress {
  const terminal = stream.isTTY === true
  let phase = ''
  let phaseStart = 0
  let firstDone = 0
  let lastShown = Number.NEGATIVE_INFINITY
  let lineShown = false

  const clear = () => {
    if (lineShown) stream.write('\r\u001b[2K')
    lineShown = false
  }

  return {
    update(update) {
      const time = now()
      if (update.phase !== phase) {
        phase = update.phase
        phaseStart = time
        firstDone = update.done
        lastShown = terminal ? Number.NEGATIVE_INFINITY : time
      }
      const gained = update.done - firstDone
      const left = Math.max(0, update.total - update.done)
      const etaMs = gained > 0 ? ((time - phaseStart) * left) / gained : null
      if (time - lastShown >= (terminal ? TERMINAL_EVERY_MS : LOG_EVERY_MS)) {
        lastShown = time
        const line = describe(update, etaMs)
        if (terminal) {
          clear()
          stream.write(line.slice(0, Math.max(20, (stream.columns ?? 100) - 1)))
          lineShown = true
        } else stream.write(`${line}\n`)
      }
      return etaMs
    },
    note(text) {
      clear()
      stream.write(`${text}\n`)
    },
    finish: clear,
  }
}

function describe({ phase, done, total, detail }: ProgressUpdate, etaMs: number | null): string {
  const percent = total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 100
  const left = etaMs === null ? '' : `, ${duration(etaMs)} left`
  return `${phase}: ${percent} %${left}${detail ? ` (${detail})` : ''}`
}

function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
