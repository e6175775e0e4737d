import type { Database } from '@faultline/db/database'
import { readTile } from '@faultline/db/repositories/tiles'
import { LRUCache } from 'lru-cache'
import type { TileName } from './tile-path.ts'

export interface StoredTile {
  readonly gzip: Buffer
  readonly closed: boolean
  /** quoted, as the header has it */
  readonly etag: string
}

interface Options {
  db: Database
  /** the build's newest bucket, if it is known for sure at this moment */
  lastBucketOf: (buildId: number) => number | undefined
  /** size of what is kept, in bytes */
  maxBytes: number
}

/**
 * Encoded tiles in memory over those in the database. A closed tile is kept as long as there is room; an open one as long
 * as its build has no newer column. What many ask for at once is read once.
 */
export class TileStore {
  private readonly options: Options
  private readonly kept: LRUCache<string, { tile: StoredTile; lastBucket: number | undefined }>
  private readonly reading = new Map<string, Promise<StoredTile | null>>()

  constructor(options: Options) {
    this.options = options
    // 300 bytes for what surrounds the tile's own
    this.kept = new LRUCache({ maxSize: options.maxBytes, sizeCalculation: ({ tile }) => tile.gzip.byteLength + 300 })
  }

  /** Null when the build has no such tile. */
  async read(name: TileName): Promise<StoredTile | null> {
    const key = `${name.buildId}/${name.resolutionMs}/${name.index}`
    const lastBucket = this.options.lastBucketOf(name.buildId)
    const kept = this.kept.get(key)
    if (kept && (kept.tile.closed || (lastBucket !== undefined && kept.lastBucket === lastBucket))) return kept.tile
    // the bucket is part of the key: who asks after a notice must not get what was read before it
    const question = `${key}@${lastBucket}`
    const running = this.reading.get(question)
    if (running) return running
    const answer = this.fetch(key, name, lastBucket).finally(() => this.reading.delete(question))
    this.reading.set(question, answer)
    return answer
  }

  private async fetch(key: string, name: TileName, lastBucket: number | undefined): Promise<StoredTile | null> {
    const tile = await readTile(this.options.db, name.buildId, name.resolutionMs, name.index)
    // an open tile is kept under the bucket that was known BEFORE it was read: it may be newer than that, never older
    if (tile && (tile.closed || lastBucket !== undefined)) this.kept.set(key, { tile, lastBucket })
    return tile
  }
}
