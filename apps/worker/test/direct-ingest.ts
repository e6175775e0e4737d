/** Writes at once, without buffer, lease or spool: for tests of what stands before the ingest. */
import { type Database, inTransaction } from '@faultline/db/database'
import { enterGaps, type Gap } from '@faultline/db/repositories/gaps'
import { type LiveEvent, storeLive } from '@faultline/db/repositories/live-events'
import type { Ingest } from '../src/ingest/ingest.ts'

export interface Stored {
  instrumentId: number
  events: readonly LiveEvent[]
  late: boolean
  /** rows that were not there before */
  inserted: number
}

export class DirectIngest implements Pick<Ingest, 'store' | 'enterGap' | 'flush'> {
  readonly stored: Stored[] = []
  /** what late rows become known after, UTC ms */
  knownAfter: number | null = null
  /** called before a store; what it gives is thrown */
  fail: (count: number) => Error | null = () => null
  private readonly db: Database
  private gaps: Gap[] = []

  constructor(db: Database) {
    this.db = db
  }

  enterGap(gap: Gap): void {
    this.gaps.push(gap)
  }

  async store(instrumentId: number, events: readonly LiveEvent[], options: { late?: boolean } = {}): Promise<void> {
    const error = this.fail(this.stored.length)
    if (error) throw error
    const late = options.late ?? false
    const gaps = this.gaps.splice(0)
    const { inserted } = await inTransaction(this.db, async (client) => {
      await enterGaps(client, gaps)
      const knownAfter = late ? this.knownAfter : null
      return storeLive(
        client,
        events.map((event) => ({ instrumentId, event, knownAfter })),
      )
    })
    this.stored.push({ instrumentId, events, late, inserted })
  }

  async flush(): Promise<void> {
    await enterGaps(this.db.pool, this.gaps.splice(0))
  }
}
