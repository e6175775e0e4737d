/** Run-length of who was in a sum, grown bucket by bucket. No I/O. */
import type { MemberStretch } from '@faultline/db/repositories/aggregate-coverage'

export class Stretches {
  /** the stretch of each member that grows */
  private readonly open: Map<number, MemberStretch>
  private readonly touched = new Set<MemberStretch>()

  constructor(last: Iterable<MemberStretch> = []) {
    this.open = new Map([...last].map((stretch) => [stretch.memberId, { ...stretch }]))
  }

  /**
   * Of the bucket [from, to): whether the member's column was in it. Buckets that were passed over, because nobody can ever have a
   * column of them, go with those around them.
   */
  add(memberId: number, from: number, to: number, included: boolean): void {
    let stretch = this.open.get(memberId)
    if (stretch?.included === included) stretch.to = to
    else {
      stretch = { memberId, from: stretch?.to ?? from, to, included }
      this.open.set(memberId, stretch)
    }
    this.touched.add(stretch)
  }

  /** What grew since it was made. */
  changed(): MemberStretch[] {
    return [...this.touched]
  }

  /** As a new one that has not grown yet. */
  settled(): Stretches {
    return new Stretches(this.open.values())
  }
}
