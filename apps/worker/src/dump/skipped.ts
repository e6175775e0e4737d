import type { SkippedInput } from './dump.ts'

/** Collects what is left aside, one entry per market and reason. */
export class Skipped {
  private readonly entries = new Map<string, SkippedInput>()

  add(symbol: string | null, files: string | readonly string[], reason: string): void {
    const key = `${symbol ?? ''} ${reason}`
    const entry = this.entries.get(key) ?? { symbol, files: [], reason }
    this.entries.set(key, entry)
    for (const file of typeof files === 'string' ? [files] : files) if (!entry.files.includes(file)) entry.files.push(file)
  }

  list(): SkippedInput[] {
    return [...this.entries.values()]
  }
}
