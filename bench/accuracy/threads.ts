import { Worker } from 'node:worker_threads'

/** Runs each task in a thread of its own, at most `atOnce` side by side; results in the order of the tasks. The first failure ends it. */
export async function inThreads<T, R>(file: URL, tasks: readonly T[], atOnce: number, onDone: (task: T, ms: number) => void): Promise<R[]> {
  const results = new Array<R>(tasks.length)
  let next = 0
  const lane = async () => {
    while (next < tasks.length) {
      const i = next++
      const begin = performance.now()
      results[i] = await inThread<T, R>(file, tasks[i] as T)
      onDone(tasks[i] as T, performance.now() - begin)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return results
}

function inThread<T, R>(file: URL, task: T): Promise<R> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(file, { workerData: task })
    worker.once('message', (result: R) => resolve(result))
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`a worker ended with code ${code} and no result`)))
  })
}
