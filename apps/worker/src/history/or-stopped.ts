import { leaveIfStopped } from '../pipeline/stop.ts'

/** What `work` gives, unless the signal is aborted first: then nobody waits for it any more. @throws FaultlineError unavailable */
export function orStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      try {
        leaveIfStopped(signal)
      } catch (error) {
        reject(error)
      }
    }
    signal.addEventListener('abort', leave, { once: true })
    leave()
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
