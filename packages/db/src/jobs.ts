/** Jobs: what is to be done once, later, and again when it fails. pg-boss on the application's own database. */
import { type JobResult, type JobWithMetadata, PgBoss, type SendOptions } from 'pg-boss'
import type { Transaction } from './database.ts'

/** What each queue's jobs carry. */
export interface JobData {
  /** one message by e-mail; `sealed`: its text is sealed for MAIL_PURPOSE, in base64, because it has a link that opens something */
  mail: { to: string; subject: string; text: string; sealed?: boolean }
  /** one row of `delivery` */
  delivery: { deliveryId: string }
  /** a look at a venue, whose result is the job's */
  venueCheck: { venue: string; restUrl: string | null; wsUrl: string | null; symbols: string[]; seconds: number }
}
export type QueueName = keyof JobData
export const MAIL_PURPOSE = 'mail'

interface QueueHabits {
  retryLimit: number
  retryDelay: number
  retryBackoff: boolean
  /** the longest wait between two attempts, s */
  retryDelayMax?: number
  expireInSeconds: number
}

/** Retries double their wait; what is done is kept for a day, so that an administrator can look at it. */
const QUEUES: Record<QueueName, QueueHabits> = {
  // a mail server may be away for a night: some ten hours
  mail: { retryLimit: 20, retryDelay: 15, retryBackoff: true, retryDelayMax: 2_400, expireInSeconds: 120 },
  delivery: { retryLimit: 5, retryDelay: 10, retryBackoff: true, expireInSeconds: 60 },
  venueCheck: { retryLimit: 0, retryDelay: 0, retryBackoff: false, expireInSeconds: 120 },
}
export const QUEUE_NAMES = Object.keys(QUEUES) as QueueName[]
const KEEP_SECONDS = 86_400

export interface Jobs {
  /** Puts a job into its queue; inside `tx`, it is there only if that commits. Null where one with its singletonKey waits already. */
  send<Q extends QueueName>(queue: Q, data: JobData[Q], options?: SendOptions & { tx?: Transaction }): Promise<string | null>
  /**
   * Does this queue's jobs in this process, one at a time per call, until closed. A handler that throws has its job done again,
   * unless it throws a JobRefused.
   */
  work<Q extends QueueName>(
    queue: Q,
    handler: (job: JobTurn<Q>) => Promise<object | undefined> | Promise<void>,
    options?: WorkHabits,
  ): Promise<void>
  /** What became of a job; `output`: what its handler gave, or why it failed. Null: there is none, or it was long ago. */
  result(queue: QueueName, id: string): Promise<{ state: JobState; output: unknown } | null>
  /** A job that has failed for good is tried once more. False where there is none. */
  retry(queue: QueueName, id: string): Promise<boolean>
  close(): Promise<void>
}

export type JobState = 'waiting' | 'active' | 'done' | 'failed'
const STATES: Record<JobWithMetadata['state'], JobState> = {
  created: 'waiting',
  retry: 'waiting',
  active: 'active',
  completed: 'done',
  cancelled: 'failed',
  failed: 'failed',
}

/** Thrown by a handler whose job would fail the same way for ever: it is kept as failed, with this message, and not tried again. */
export class JobRefused extends Error {
  override readonly name = 'JobRefused'
}

export interface JobTurn<Q extends QueueName> {
  id: string
  data: JobData[Q]
  /** how often it was tried before */
  retried: number
  /** this is the last attempt */
  last: boolean
  /** aborts when the process stops */
  signal: AbortSignal
}

export interface WorkHabits {
  /** how long to wait for the next job, seconds; default 1 */
  pollSeconds?: number
  /** this many at once; default 1 */
  atOnce?: number
}

/**
 * @param options.work this process does jobs, and looks after the queues; without it, it only sends
 * @param options.onError what the engine could not do; it goes on by itself
 */
export async function openJobs(options: { url: string; work?: boolean; onError?: (error: Error) => void }): Promise<Jobs> {
  const work = options.work ?? false
  const boss = new PgBoss({
    connectionString: options.url,
    application_name: 'faultline jobs',
    max: work ? 4 : 2,
    migrate: false, // the owner's business, see tools/provision.mjs
    createSchema: false,
    supervise: work,
    schedule: false,
    reindex: false, // the application's role owns no index
    monitorVacuum: false,
  })
  boss.on('error', (error) => options.onError?.(error as Error))
  await boss.start()
  for (const name of QUEUE_NAMES) await boss.createQueue(name, { ...QUEUES[name], deleteAfterSeconds: KEEP_SECONDS })
  return {
    send(queue, data, { tx, ...rest } = {}) {
      return boss.send(queue, data, { ...rest, ...(tx ? { db: { executeSql: (text, values) => tx.query(text, values) } } : {}) })
    },
    async work(queue, handler, { pollSeconds = 1, atOnce = 1 } = {}) {
      await boss.work(
        queue,
        { pollingIntervalSeconds: pollSeconds, batchSize: 1, localConcurrency: atOnce, includeMetadata: true, perJobResults: true },
        async ([job]: JobWithMetadata<JobData[typeof queue]>[]): Promise<JobResult[]> => {
          if (!job) return []
          const { id, data, retryCount, retryLimit, signal } = job
          let output: object | undefined
          try {
            output = (await handler({ id, data, retried: retryCount, last: retryCount >= retryLimit, signal })) ?? undefined
          } catch (error) {
            if (!(error instanceof JobRefused)) throw error
            return [{ id, status: 'deadletter', output: { message: error.message } }]
          }
          return [{ id, status: 'completed', output: output ?? {} }]
        },
      )
    },
    async result(queue, id) {
      const [job] = await boss.findJobs(queue, { id })
      return job ? { state: STATES[job.state], output: job.output } : null
    },
    async retry(queue, id) {
      const [job] = await boss.findJobs(queue, { id })
      if (job?.state !== 'failed') return false
      await boss.retry(queue, id)
      return true
    },
    close: () => boss.stop({ graceful: true, timeout: 5_000 }),
  }
}
