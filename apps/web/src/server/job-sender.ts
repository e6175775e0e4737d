import { type JobData, type Jobs, openJobs, type QueueName } from '@faultline/db/jobs'

/** Puts jobs into their queues; the worker does them. Connects at the first one. */
export class JobSender {
  private readonly url: string
  private opening: Promise<Jobs> | undefined

  constructor(url: string) {
    this.url = url
  }

  /** As Jobs.send(): inside `tx`, the job is there only if that commits. */
  async send<Q extends QueueName>(queue: Q, data: JobData[Q], options?: Parameters<Jobs['send']>[2]): Promise<string | null> {
    return (await this.open()).send(queue, data, options)
  }

  /** As Jobs.retry(). */
  async retry(queue: QueueName, id: string): Promise<boolean> {
    return (await this.open()).retry(queue, id)
  }

  /** As Jobs.result(). */
  async result(queue: QueueName, id: string): ReturnType<Jobs['result']> {
    return (await this.open()).result(queue, id)
  }

  async close(): Promise<void> {
    const opening = this.opening
    if (opening) await opening.then((jobs) => jobs.close()).catch(() => {})
  }

  private open(): Promise<Jobs> {
    this.opening ??= openJobs({ url: this.url }).catch((error: unknown) => {
      this.opening = undefined // the database was away: the next one tries again
      throw error
    })
    return this.opening
  }
}
