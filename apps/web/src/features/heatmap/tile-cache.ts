import type { Tile } from '@faultline/market/tile'
import { decodeTile } from '@faultline/market/tile-codec'
import { LRUCache } from 'lru-cache'
import { fetchAnswer } from './fetch-answer.ts'
import type { TileRequest } from './prepare/tile-requests.ts'

/** 30 days of a busy market are some 20 MB decoded. */
const MAX_BYTES = 96 * 1024 * 1024

/**
 * Decoded tiles by name, so that going back to a range needs no request and no decoding. A closed tile never changes; an
 * open one is kept under the last bucket that it was asked for, so a newer bucket asks again.
 */
export class TileCache {
  private readonly tiles = new LRUCache<string, Tile>({ maxSize: MAX_BYTES, sizeCalculation: (t) => t.long.length + t.short.length + 512 })

  /** @throws AnswerError; AbortError when `signal` aborts; FaultlineError when the bytes are damaged */
  async load(request: TileRequest, signal: AbortSignal): Promise<Tile> {
    const known = this.tiles.get(request.key)
    if (known) return known
    const response = await fetchAnswer(request.url, signal)
    const tile = decodeTile(new Uint8Array(await response.arrayBuffer()))
    this.tiles.set(request.key, tile)
    return tile
  }
}
