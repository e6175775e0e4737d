/** What a venue lists, over time: what is gone is believed when it was missing twice in a row. */

/** A list that is short for a moment (a venue in trouble, markets that are being prepared) must not end a market. */
const BELIEVED_AFTER = 2

export class VenueListing {
  private readonly missing = new Map<string, number>()

  /**
   * Takes a list that the venue has just given. Returns those of `followed` that it trades no longer, and whether some are
   * missing that are not given up yet: then the list is to be asked for again soon. An empty list says nothing.
   */
  observe(listed: ReadonlySet<string>, followed: Iterable<string>): { gone: string[]; doubtful: boolean } {
    const gone: string[] = []
    let doubtful = false
    const before = new Map(this.missing)
    this.missing.clear()
    for (const symbol of followed) {
      if (listed.has(symbol)) continue
      const times = (before.get(symbol) ?? 0) + (listed.size > 0 ? 1 : 0)
      if (times >= BELIEVED_AFTER) gone.push(symbol)
      else {
        this.missing.set(symbol, times)
        doubtful = true
      }
    }
    return { gone, doubtful }
  }
}
