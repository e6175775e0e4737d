'use client'
import { useEffect, useState } from 'react'
import type { CascadeMarket } from './prepare/market.ts'
import type { Scenario } from './prepare/scenario.ts'
import type { CascadeResult } from './prepare/simulate.ts'
import { type FromWorker, NewestWins } from './prepare/worker-protocol.ts'

/** What takes less is not worth a word. */
const SLOW_MS = 150

export interface Simulation {
  /** of the newest scenario that is done; undefined before the first, null where no depth is known */
  result: CascadeResult | null | undefined
  /** it takes long enough to say so */
  slow: boolean
  failed: boolean
  /** starts another worker */
  retry: () => void
}

/** Runs scenarios in a worker of their own, so that no slider waits for a result; the newest wins. */
export function useSimulation(market: CascadeMarket | null, scenario: Scenario): Simulation {
  const [result, setResult] = useState<CascadeResult | null>()
  const [running, setRunning] = useState<number | null>(null)
  const [slow, setSlow] = useState(false)
  const [failed, setFailed] = useState(false)
  const [queue, setQueue] = useState<NewestWins | null>(null)

  useEffect(() => {
    if (failed) return
    const worker = startWorker()
    if (!worker) {
      setFailed(true)
      return
    }
    const fail = () => setFailed(true)
    const waiting = new NewestWins((message) => worker.postMessage(message), { result: setResult, failed: fail, running: setRunning })
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => waiting.receive(data)
    worker.onerror = fail
    worker.onmessageerror = fail
    setQueue(waiting)
    return () => {
      worker.terminate()
      setQueue(null)
      setRunning(null)
    }
  }, [failed])

  useEffect(() => {
    if (queue && market) queue.ask(market, scenario)
  }, [queue, market, scenario])

  useEffect(() => {
    setSlow(false)
    if (running === null) return
    // each run by itself: what keeps coming is not slow
    const timer = setTimeout(() => setSlow(true), SLOW_MS)
    return () => clearTimeout(timer)
  }, [running])

  return { result, slow, failed, retry: () => setFailed(false) }
}

/** Null where the browser refuses to start one. */
function startWorker(): Worker | null {
  try {
    return new Worker(new URL('./cascade-worker.ts', import.meta.url), { type: 'module' })
  } catch {
    return null
  }
}
