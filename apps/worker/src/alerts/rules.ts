/** The rules that are on, in memory, by the market that they are about. */
import type { Database } from '@faultline/db/database'
import type { PendingReading } from '@faultline/db/repositories/alert-events'
import { type RuleToEvaluate, rulesToEvaluate } from '@faultline/db/repositories/alert-rules'
import { MINUTE_MS } from '@faultline/market/units'

/** Should a notice be lost; an account that was closed is noticed by this. */
const READ_ALL_AFTER_MS = MINUTE_MS

export class AlertRules {
  private readonly db: Database
  private readonly byId = new Map<string, RuleToEvaluate>()
  /** of one market by its key; those about every market stand under the empty one */
  private readonly byMarket = new Map<string, Map<string, RuleToEvaluate>>()
  private readonly changed = new Set<string>()
  private readAt: number | null = null

  constructor(db: Database) {
    this.db = db
  }

  get size(): number {
    return this.byId.size
  }

  /** A rule was made, changed or deleted; without an id, anything may have been. */
  heard(id?: string): void {
    if (id === undefined) this.readAt = null
    else this.changed.add(id)
  }

  /** Reads what has changed since the last time. */
  async refresh(): Promise<void> {
    const now = performance.now()
    if (this.readAt === null || now - this.readAt > READ_ALL_AFTER_MS) {
      const ids = [...this.changed]
      const rules = await rulesToEvaluate(this.db)
      for (const id of ids) this.changed.delete(id)
      this.byId.clear()
      this.byMarket.clear()
      for (const rule of rules) this.put(rule)
      this.readAt = now
    } else if (this.changed.size > 0) {
      const ids = [...this.changed]
      const rules = await rulesToEvaluate(this.db, ids)
      for (const id of ids) {
        this.changed.delete(id)
        this.drop(id)
      }
      for (const rule of rules) this.put(rule)
    }
  }

  of({ key, chosen }: Pick<PendingReading, 'key' | 'chosen'>): RuleToEvaluate[] {
    const own = this.byMarket.get(key)
    const general = chosen ? undefined : this.byMarket.get('')
    return [...(own?.values() ?? []), ...(general?.values() ?? [])]
  }

  private put(rule: RuleToEvaluate): void {
    this.drop(rule.id)
    this.byId.set(rule.id, rule)
    const key = rule.instrumentKey ?? ''
    const there = this.byMarket.get(key)
    if (there) there.set(rule.id, rule)
    else this.byMarket.set(key, new Map([[rule.id, rule]]))
  }

  private drop(id: string): void {
    const rule = this.byId.get(id)
    if (!rule) return
    this.byId.delete(id)
    const key = rule.instrumentKey ?? ''
    const there = this.byMarket.get(key)
    there?.delete(id)
    if (there?.size === 0) this.byMarket.delete(key)
  }
}
