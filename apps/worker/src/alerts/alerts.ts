/** Asks the rules about every new reading, right after it was stored. */
import type { Database } from '@faultline/db/database'
import type { Jobs } from '@faultline/db/jobs'
import { dropOldEvents, evaluatePending } from '@faultline/db/repositories/alert-events'
import { HOUR_MS } from '@faultline/market/units'
import { messageOf } from '../message-of.ts'
import { evaluationOf } from './evaluate.ts'
import { AlertRules } from './rules.ts'

const DROP_AT_ONCE = 1_000
/** A pass ends, even where readings come as fast as they are looked at. */
const MOST_BATCHES = 50

export class Alerts {
  private readonly db: Database
  private readonly jobs: Pick<Jobs, 'send'>
  private readonly log: (line: string) => void
  private readonly rules: AlertRules
  private running: Promise<void> | null = null
  private droppedAt: number | null = null
  private told = ''

  constructor(options: { db: Database; jobs: Pick<Jobs, 'send'>; log: (line: string) => void }) {
    this.db = options.db
    this.jobs = options.jobs
    this.log = options.log
    this.rules = new AlertRules(options.db)
  }

  /** A rule was changed (its id), or anything may have been (none). */
  ruleChanged(id?: string): void {
    this.rules.heard(id)
  }

  /**
   * Looks at all readings that no rule was asked about. It never throws: what could not be looked at is found again by the next
   * call, of this worker or another.
   */
  look(): Promise<void> {
    this.running ??= this.pass().finally(() => {
      this.running = null
    })
    return this.running
  }

  private async pass(): Promise<void> {
    try {
      for (let i = 0; i < MOST_BATCHES; i++) {
        await this.rules.refresh()
        const { readings } = await evaluatePending(
          this.db,
          this.jobs,
          evaluationOf((reading) => this.rules.of(reading)),
        )
        if (readings === 0) break
      }
      const now = performance.now()
      if (this.droppedAt === null || now - this.droppedAt > HOUR_MS) {
        await dropOldEvents(this.db, DROP_AT_ONCE)
        this.droppedAt = now
      }
      this.told = ''
    } catch (error) {
      // A rule that was deleted while it was asked, for one: they are read anew.
      this.rules.heard()
      const line = `alerts: ${messageOf(error)}`
      if (line !== this.told) this.log(line)
      this.told = line
    }
  }
}
