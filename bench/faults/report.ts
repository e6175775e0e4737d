import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'

/** The machine, for whoever reads figures later. */
export const machine = () => ({
  measured: new Date().toISOString(),
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  load: loadavg().map((l) => Math.round(l * 10) / 10),
  node: process.version,
})

export function writeResults(name: string, report: object): void {
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`)
}

export const seconds = (ms: number): number => Math.round(ms / 10) / 100

/** In seconds; of few values p99 is the worst. */
export function spread(valuesMs: readonly number[]) {
  const sorted = valuesMs.toSorted((a, b) => a - b)
  const at = (share: number): number => seconds(sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN)
  return { p50: at(0.5), p99: at(0.99), worst: at(1) }
}
