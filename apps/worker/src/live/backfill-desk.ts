/** History of this source's markets that administrators ask for: one request after the other, its progress told as it goes. */
import type { Database } from '@faultline/db/database'
import { type BackfillRow, openBackfills, reportBackfill } from '@faultline/db/repositories/backfills'
import type { DataSourceRow } from '@faultline/db/repositories/data-sources'
import { messageOf } from '../message-of.ts'
import type { FetchedHistory, HistoryProgress } from './history-job.ts'
import { pause } from './pause.ts'

const LOOK_EVERY_MS = 5_000
const TELL_EVERY_MS = 1_000

/** A market whose line runs in this worker. */
export interface BackfillLine {
  /** its own history is still being fetched: what is asked for waits */
  readonly busy: boolean
  fetchHistory(
    stretch: { from: number; to: number },
    signal: AbortSignal,
    onProgress: (progress: HistoryProgress) => void,
  ): Promise<FetchedHistory>
}

export class BackfillDesk {
  private readonly options: {
    db: Database
    source: Pick<DataSourceRow, 'id'>
    /** undefined: another worker writes it, or nobody does */
    lineOf: (symbol: string) => BackfillLine | undefined
    log: (line: string) => void
  }
  private wake = () => {}

  constructor(options: BackfillDesk['options']) {
    this.options = options
  }

  /** Somebody may have asked for something. */
  hurry(): void {
    this.wake()
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look(signal).catch((error: unknown) => this.options.log(`requested history: ${messageOf(error)}`))
      const hurried = new AbortController()
      this.wake = () => hurried.abort()
      await pause(LOOK_EVERY_MS, AbortSignal.any([signal, hurried.signal]))
    }
  }

  private async look(signal: AbortSignal): Promise<void> {
    const { db, source, lineOf } = this.options
    for (const request of await openBackfills(db, source.id)) {
      if (signal.aborted) return
      const line = lineOf(request.symbol)
      if (line && !line.busy) await this.fetch(request, line, signal)
    }
  }

  private async fetch(request: BackfillRow, line: BackfillLine, stopping: AbortSignal): Promise<void> {
    const { db, log } = this.options
    const cancelled = new AbortController()
    const tell = async (now: Parameters<typeof reportBackfill>[2]): Promise<void> => {
      if (!(await reportBackfill(db, request.id, now))) cancelled.abort()
    }
    let progress: HistoryProgress = { progress: request.progress, etaMs: null, message: null }
    // Also while nothing moves: whoever cancels does not wait for the venue.
    const telling = setInterval(() => void tell({ state: 'running', ...progress }).catch(() => {}), TELL_EVERY_MS)
    try {
      await tell({ state: 'running', ...progress })
      const { stored, refused, reachedBeginning, stopped } = await line.fetchHistory(
        request,
        AbortSignal.any([stopping, cancelled.signal]),
        (now) => {
          progress = now
        },
      )
      clearInterval(telling)
      // A worker that stops leaves it to the next one: what is stored is not asked for again.
      if (stopped || cancelled.signal.aborted) return
      const parts = [
        stored > 0 ? 'Fetched; the map is estimated anew with it.' : 'Nothing was missing.',
        refused > 0 ? `The venue refused ${refused} parts of it.` : null,
        reachedBeginning === null ? null : `The venue’s history begins on ${new Date(reachedBeginning).toISOString().slice(0, 10)}.`,
      ]
      await tell({ state: 'done', progress: 1, etaMs: null, message: parts.filter(Boolean).join(' ') })
    } catch (error) {
      clearInterval(telling)
      if (stopping.aborted) return
      log(`requested history of ${request.symbol} failed: ${messageOf(error)}`)
      await tell({ state: 'failed', progress: progress.progress, etaMs: null, message: messageOf(error) })
    } finally {
      clearInterval(telling)
    }
  }
}
