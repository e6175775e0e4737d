import type { Database } from '@faultline/db/database'
import { appendColumns } from '@faultline/db/repositories/builds'
import { closeTiles } from '@faultline/db/repositories/tiles'
import type { Column } from '@faultline/market/column'
import type { HeldLease } from './held-lease.ts'

/** Tiles are closed on the way, so that a long first import is served from tiles while it runs. */
const CLOSE_TILES_EVERY = 4_096

/**
 * Writes a build's columns beside the estimating: while Postgres takes one batch and tiles are made of those before, the next
 * batch is computed. At most one batch and one closing of tiles are under way.
 */
export class ColumnWriter {
  private readonly db: Database
  private readonly lease: HeldLease
  private readonly buildId: number
  private readonly tiles: boolean
  private batch: Column[] = []
  private unclosed = 0
  private writing: Promise<void> = Promise.resolve()
  private closing: Promise<void> | null = null
  private failure: unknown = null

  constructor(options: { db: Database; lease: HeldLease; buildId: number; tiles: boolean }) {
    this.db = options.db
    this.lease = options.lease
    this.buildId = options.buildId
    this.tiles = options.tiles
  }

  add(column: Column): void {
    this.batch.push(column)
  }

  /**
   * Hands over what was added, with the state after it; returns as soon as the batch before is committed. `committed` is
   * called when this one is. Throws what went wrong with earlier ones.
   */
  async write(checkpoint: Uint8Array, checkpointBucket: number, firstStep: number | undefined, committed: () => void): Promise<void> {
    await this.writing
    if (this.failure) throw this.failure
    this.lease.assertHeld()
    const columns = this.batch
    this.batch = []
    this.writing = appendColumns(this.db, this.lease.lease, {
      buildId: this.buildId,
      columns,
      checkpoint,
      checkpointBucket,
      firstStep,
    }).then(committed)
    // It is awaited a moment later; until then Node must not take a failure for one that nobody handles.
    this.writing.catch(() => undefined)
    this.unclosed += columns.length
    if (this.tiles && this.unclosed >= CLOSE_TILES_EVERY && !this.closing) this.startClosing()
  }

  /** Returns when all is committed and every closed tile is there. */
  async end(): Promise<void> {
    await this.writing
    await this.closing
    if (this.failure) throw this.failure
    if (this.tiles) await closeTiles(this.db, this.buildId)
  }

  /** Returns when nothing of this build is being written any more, however it went. */
  async settle(): Promise<void> {
    await this.writing.catch(() => undefined)
    await this.closing
  }

  private startClosing(): void {
    this.unclosed = 0
    this.closing = closeTiles(this.db, this.buildId)
      .then(() => undefined)
      .catch((error: unknown) => {
        this.failure = error
      })
      .finally(() => {
        this.closing = null
      })
  }
}
