/** The queues whose jobs this worker does. Any number of workers may: each job is done by one of them. */
import type { Database } from '@faultline/db/database'
import { type Jobs, openJobs } from '@faultline/db/jobs'
import { deliverer } from '../delivery/deliver.ts'
import type { LiveEnv } from '../env.ts'
import { pause } from '../live/pause.ts'
import { mailer } from '../mail/mailer.ts'
import { messageOf } from '../message-of.ts'
import { venueCheckHandler } from '../venues/check/check-job.ts'

export type JobsEnv = Pick<LiveEnv, 'encryptionKeys' | 'publicUrl' | 'mail' | 'webhookAllow' | 'addresses' | 'stateDir'>

export interface StartJobsOptions {
  db: Database
  env: JobsEnv
  log: (line: string) => void
  /** waiting for the database ends with it */
  signal: AbortSignal
}

const AGAIN_MS = 5_000

/** Waits for the database for as long as it takes. Null where it was told to stop meanwhile. */
export async function startJobs({ db, env, log, signal }: StartJobsOptions): Promise<Jobs | null> {
  while (!signal.aborted) {
    try {
      const jobs = await openJobs({ url: db.url, work: true, onError: (error) => log(`jobs: ${messageOf(error)}`) })
      await handle(jobs, { db, env, log })
      return jobs
    } catch (error) {
      log(`jobs cannot be done yet: ${messageOf(error)}`)
      await pause(AGAIN_MS, signal)
    }
  }
  return null
}

async function handle(jobs: Jobs, { db, env, log }: Pick<StartJobsOptions, 'db' | 'env' | 'log'>): Promise<void> {
  const { encryptionKeys, publicUrl, mail, webhookAllow: allowed } = env
  await jobs.work('venueCheck', venueCheckHandler(env, log), { atOnce: 2 })
  await jobs.work('delivery', deliverer({ db, jobs, encryptionKeys, publicUrl, mail: mail !== null, allowed }), { atOnce: 4 })
  // without a mail server messages wait in their queue for a worker that has one
  if (mail) await jobs.work('mail', mailer({ db, publicUrl, encryptionKeys, log, ...mail }), { atOnce: 2 })
}
