/** Thread that catches instruments up, one job at a time, so that the venue's own thread stays free to answer. */
import { parentPort } from 'node:worker_threads'
import { type CatchUpJob, catchUp } from './catch-up.ts'

/** What the thread says: how far it is, the market as bytes, or why it failed. */
export type CatchUpReport =
  | { type: 'progress'; simulatedTo: number }
  | { type: 'done'; checkpoint: Uint8Array; refused?: string }
  | { type: 'failed'; message: string }

const port = parentPort
if (port) {
  const say = (report: CatchUpReport, transfer: ArrayBuffer[] = []): void => port.postMessage(report, transfer)
  port.on('message', async (job: CatchUpJob) => {
    try {
      const { market, refused } = await catchUp(job, (simulatedTo) => say({ type: 'progress', simulatedTo }))
      const checkpoint = new Uint8Array(market.checkpoint())
      say({ type: 'done', checkpoint, ...(refused === undefined ? {} : { refused }) }, [checkpoint.buffer])
    } catch (error) {
      // An error of ours would lose its class on the way.
      say({ type: 'failed', message: error instanceof Error ? error.message : String(error) })
    }
  })
}
