import type { Tile } from '@faultline/market/tile'
import { decodeTile } from '@faultline/market/tile-codec'
import { LRUCache } from 'lru-cache'
import type { TileRequest } from './prepare/tile-requests.ts'

/** The server's answer was not a tile. `status` 401: signed out; 404: the build has been replaced. */
export class TileError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'TileError'
    this.status = status
  }
}

/** 30 days of a busy market are some 20 MB decoded. */
const MAX_BYTES = 96 * 1024 * 1024

/**
 * Decoded tiles by name, so that going back to a range needs no request and no decoding. A closed tile never changes; an
 * open one is kept under the last bucket that it was asked for, so a newer bucket asks again.
 */
export class TileCache {
  private readonly tiles = new LRUCache<string, Tile>({ maxSize: MAX_BYTES, sizeCalculation: (t) => t.long.length + t.short.length + 512 })

  get(request: TileRequest): Tile | undefined {
    return this.tiles.get(request.key)
  }

  /** @throws TileError; AbortError when `signal` aborts; FaultlineError when the bytes are damaged */
  async load(request: TileRequest, signal: AbortSignal): Promise<Tile> {
    const known = this.tiles.get(request.key)
    if (known) return known
    const response = await fetch(request.url, { signal, credentials: 'same-origin' })
    if (!response.ok) throw new TileError(response.status, await messageOf(response))
    const tile = decodeTile(new Uint8Array(await response.arrayBuffer()))
    this.tiles.set(request.key, tile)
    return tile
  }
}

async function messageOf(response: Response): Promise<string> {
  try {
    const body: unknown = await response.json()
    if (body && typeof body === 'object' && 'error' in body && body.error && typeof body.error === 'object' && 'message' in body.error)
      return String(body.error.message)
  } catch {
    // not ours: a proxy's page
  }
  return `The server answered ${response.status}.`
}
