/** The simulation's thread: everything it does stands in prepare/, where tests reach it. */
import { type FromWorker, makeAnswerer, type ToWorker } from './prepare/worker-protocol.ts'

/** The worker's global scope: the page's library of types knows windows only. */
interface WorkerScope {
  postMessage(message: FromWorker): void
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null
}
const scope = globalThis as unknown as WorkerScope

const answer = makeAnswerer(
  (message) => scope.postMessage(message),
  () => performance.now(),
)
scope.onmessage = ({ data }) => answer(data)
