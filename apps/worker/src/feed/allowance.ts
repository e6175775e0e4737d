/**
 * What may be spent within a venue's window. Our own spending counts over a sliding window, which is stricter than the venue's
 * fixed one; what the venue says that the address has used (others may share it) counts until the window has passed.
 */
export class Allowance {
  limit: number
  readonly windowMs: number
  /** oldest first */
  private readonly spent: { at: number; amount: number }[] = []
  private sum = 0
  private told: { used: number; at: number; spentSince: number } | null = null
  private lastTold: number | null = null
  private begun = false

  constructor(limit: number, windowMs: number) {
    this.limit = limit
    this.windowMs = windowMs
  }

  /** Would `amount` stay within this share of the limit? Something always fits into an empty window. */
  has(amount: number, share: number, now: number): boolean {
    const used = this.used(now)
    return used === 0 || used + amount <= this.limit * share
  }

  spend(amount: number, now: number): void {
    this.begun = true
    this.spent.push({ at: now, amount })
    this.sum += amount
    if (this.told) this.told.spentSince += amount
  }

  /** The venue's own count, from an answer. */
  tell(used: number, now: number): void {
    this.told = { used, at: now, spentSince: 0 }
    this.lastTold = used
  }

  /** As the venue told it last; null before the first time. */
  get toldUsed(): number | null {
    return this.lastTold
  }

  /** As we count it, for venues that do not tell; null before anything was spent. */
  counted(now: number): number | null {
    return this.begun ? this.used(now) : null
  }

  used(now: number): number {
    this.forget(now)
    return Math.max(this.sum, this.told ? this.told.used + this.told.spentSince : 0)
  }

  /** When less will be used than now; null when nothing is. */
  nextRelief(now: number): number | null {
    this.forget(now)
    const times = [this.spent[0]?.at, this.told?.at].filter((at) => at !== undefined)
    return times.length === 0 ? null : Math.min(...times) + this.windowMs
  }

  private forget(now: number): void {
    const before = now - this.windowMs
    let gone = 0
    for (; gone < this.spent.length && (this.spent[gone] as { at: number }).at <= before; gone++)
      this.sum -= (this.spent[gone] as { amount: number }).amount
    this.spent.splice(0, gone)
    if (this.told && this.told.at <= before) this.told = null
  }
}
