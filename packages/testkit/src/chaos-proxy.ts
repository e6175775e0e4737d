/**
 * A TCP proxy that breaks: between a worker and its database or venue, to see what becomes of both when the network fails.
 * Connections that are cut are reset, as a firewall or a dying host does it.
 */
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net'

export interface ChaosProxy {
  readonly host: string
  readonly port: number
  /** open connections */
  readonly connections: number
  /** connections taken since the start, whatever became of them */
  readonly taken: number
  /** `address` with this proxy's host and port */
  through(address: string): string
  /** Resets every open connection; new ones are taken. */
  cut(): void
  /** Resets every open connection, and new ones as they come, until restore(). */
  refuse(): void
  /**
   * Connections stay open and new ones are taken, but no byte passes, until restore() lets go what was held back: in both
   * directions, or only the answers (what was asked for is done, and nobody hears of it).
   */
  stall(direction?: 'both' | 'answers'): void
  restore(): void
  close(): Promise<void>
}

interface Pair {
  client: Socket
  server: Socket
}

/** Listens on a port of its own on 127.0.0.1 and connects to the host and port of `target` (an address of any protocol). */
export async function startChaosProxy(target: string): Promise<ChaosProxy> {
  const to = new URL(target)
  const port = Number(
    to.port || { 'http:': 80, 'ws:': 80, 'https:': 443, 'wss:': 443, 'postgres:': 5432, 'postgresql:': 5432 }[to.protocol],
  )
  const pairs = new Set<Pair>()
  let state: 'open' | 'refusing' | 'stalled' | 'answers stalled' = 'open'
  let taken = 0

  const hold = ({ client, server }: Pair): void => {
    if (state === 'stalled') client.pause()
    else client.resume()
    if (state === 'stalled' || state === 'answers stalled') server.pause()
    else server.resume()
  }
  const reset = (pair: Pair): void => {
    pairs.delete(pair)
    pair.client.resetAndDestroy()
    pair.server.resetAndDestroy()
  }
  const resetAll = (): void => {
    for (const pair of pairs) reset(pair)
  }

  const listener = createServer({ allowHalfOpen: true }, (client) => {
    taken++
    if (state === 'refusing') {
      client.on('error', () => undefined)
      client.resetAndDestroy()
      return
    }
    const server = dial({ host: to.hostname, port, allowHalfOpen: true })
    const pair = { client, server }
    pairs.add(pair)
    for (const [from, other] of [
      [client, server],
      [server, client],
    ] as const) {
      from.setNoDelay(true)
      from.on('data', (bytes) => {
        if (other.destroyed) return
        if (!other.write(bytes)) {
          from.pause()
          other.once('drain', () => hold(pair))
        }
      })
      from.on('end', () => other.end())
      from.on('error', () => reset(pair))
      from.on('close', () => {
        if (client.destroyed && server.destroyed) pairs.delete(pair)
      })
    }
    hold(pair)
  })
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(0, '127.0.0.1', resolve)
  })
  const address = listener.address() as AddressInfo

  return {
    host: address.address,
    port: address.port,
    get connections() {
      return pairs.size
    },
    get taken() {
      return taken
    },
    through(given) {
      const url = new URL(given)
      url.hostname = address.address
      url.port = String(address.port)
      return url.href
    },
    cut: resetAll,
    refuse() {
      state = 'refusing'
      resetAll()
    },
    stall(direction = 'both') {
      state = direction === 'both' ? 'stalled' : 'answers stalled'
      for (const pair of pairs) hold(pair)
    },
    restore() {
      state = 'open'
      for (const pair of pairs) hold(pair)
    },
    async close() {
      resetAll()
      await new Promise<void>((resolve) => {
        listener.close(() => resolve())
        resetAll()
      })
    },
  }
}
