// Starts the embedded server again when its process is gone, on the same port: services keep their address and come back by
// themselves. Postgres recovers what was committed from its log.
import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres, stopPostgres } from './local-postgres.mjs'

const LOOK_EVERY_MS = 500
const AGAIN_MS = { first: 250, most: 5_000 }

const alive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (e) {
    return e.code === 'EPERM'
  }
}

/**
 * @param {{ url: string, dataDir: string, pid: number, port: number, stop: () => Promise<void> }} server of startPostgres()
 * @param {{ log?: (message: string) => void }} [options]
 * @returns {{ stop: () => Promise<void> }} ends the watch, then the server unless another process still uses it
 */
export function keepPostgres(server, { log = () => {} } = {}) {
  const servers = [server]
  let stopping = false
  const watch = (async () => {
    for (let failures = 0; !stopping; await sleep(LOOK_EVERY_MS)) {
      const now = servers.at(-1)
      if (alive(now.pid)) continue
      log(`Postgres (pid ${now.pid}) has died: starting it again on port ${now.port}`)
      try {
        const next = await startPostgres({ dataDir: now.dataDir, port: now.port })
        if (next.port !== now.port) {
          await next.stop()
          await stopPostgres(next.dataDir) // nobody looks for it there, and it would be in the way of the next try
          throw new Error(`port ${now.port} is taken`)
        }
        servers.push(next)
        failures = 0
        log(`Postgres is back (pid ${next.pid})`)
      } catch (e) {
        log(`Postgres could not be started: ${e.message.split('\n')[0]}`)
        await sleep(Math.min(AGAIN_MS.most, AGAIN_MS.first * 2 ** failures++))
      }
    }
  })()
  return {
    async stop() {
      stopping = true
      await watch
      for (const s of servers) await s.stop()
    },
  }
}
