import type { Database } from '@faultline/db/database'
import { notify } from '@faultline/db/notify'
import type { Progress } from '../cli/progress.ts'

/** Open pages hear of a job at most this often. */
const NOTIFY_EVERY_MS = 250

export interface JobUpdate {
  phase: string
  done: number
  total: number
  instrumentKey?: string
  /** short addition; without one, done and total are those of the instrument */
  detail?: string
}

/** Progress of a job for the person at the terminal and, through Postgres, for open pages. */
export interface JobProgress {
  update(update: JobUpdate): void
  note(text: string): void
  /** The last word, sent to the pages without throttling: phase `done` or `failed`. */
  end(phase: 'done' | 'failed', message?: string): Promise<void>
}

/** `progress` null: say nothing on the terminal. */
export function createJobProgress(db: Database, job: string, progress: Progress | null, now: () => number = Date.now): JobProgress {
  let lastPhase = ''
  let lastSent = Number.NEGATIVE_INFINITY
  let pending: Promise<void> = Promise.resolve()

  // Progress is a courtesy: where it cannot be told the work goes on, and the work's own statements will say what is wrong.
  const send = (payload: Parameters<typeof notify<'progress'>>[2]): Promise<void> =>
    notify(db.pool, 'progress', payload).catch(() => undefined)

  return {
    update({ phase, done, total, instrumentKey, detail }) {
      // Each instrument has an estimated time of its own.
      const shown = detail === undefined && instrumentKey !== undefined ? `${phase} ${instrumentKey}` : phase
      const etaMs = progress?.update({ phase: shown, done, total, ...(detail === undefined ? {} : { detail }) }) ?? null
      const time = now()
      if (shown === lastPhase && done < total && time - lastSent < NOTIFY_EVERY_MS) return
      lastPhase = shown
      lastSent = time
      const message = detail === undefined ? {} : { message: detail }
      pending = send({ job, phase, done, total, etaMs, ...(instrumentKey === undefined ? {} : { instrumentKey }), ...message })
    },
    note: (text) => progress?.note(text),
    async end(phase, message) {
      progress?.finish()
      await pending
      await send({ job, phase, done: 1, total: 1, etaMs: 0, ...(message === undefined ? {} : { message }) })
    },
  }
}

/** For callers that want silence. */
export const silentProgress: JobProgress = { update: () => undefined, note: () => undefined, end: async () => undefined }
