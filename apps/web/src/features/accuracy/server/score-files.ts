import type { Accuracy } from '../prepare/accuracy.ts'
import { csvOf, type ScoreTable, scoreTable } from '../prepare/csv.ts'

/** Tables of the score as text: anybody may ask for them, so each is written once for the same figures. */
export class ScoreFiles {
  private readonly written = new Map<ScoreTable, { of: readonly Accuracy[]; text: string }>()

  /** RFC 4180, with a head. `horizons`: as AccuracyStore gives them, the same objects as long as there are none that are newer. */
  read(table: ScoreTable, horizons: readonly Accuracy[]): string {
    const known = this.written.get(table)
    if (known && known.of.length === horizons.length && known.of.every((one, i) => one === horizons[i])) return known.text
    const text = csvOf(scoreTable(table, horizons))
    this.written.set(table, { of: horizons, text })
    return text
  }
}
