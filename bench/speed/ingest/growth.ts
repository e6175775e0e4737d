/** How what the live line needs grows with instruments, at the same rate of each. */
import type { Wire } from '@faultline/market/venue'
import { round } from './measure.ts'
import { say } from './stage.ts'
import { measureSustained } from './sustained.ts'

export interface GrowthOptions {
  wires: readonly Wire[]
  /** of all venues */
  instruments: readonly number[]
  /** rows of each instrument on average */
  perInstrumentSecond: number
  minutes: number
}

/** A worker and a database of its own for each number of instruments. `times`: what it is of that of the fewest. */
export async function measureGrowth({ wires, instruments, perInstrumentSecond, minutes }: GrowthOptions) {
  const rows: Awaited<ReturnType<typeof one>>[] = []
  for (const count of instruments) {
    say(`growth: ${count} instruments`)
    rows.push(await one(count))
  }
  const [first] = rows
  return {
    perInstrumentSecond,
    minutes,
    rows: rows.map((row) => ({ ...row, times: first && timesOf(row, first) })),
  }

  async function one(count: number) {
    const instrumentsEach = Math.round(count / wires.length)
    const perSecond = perInstrumentSecond * instrumentsEach * wires.length
    const measured = await measureSustained({ wires, instrumentsEach, minutes, perSecond, burstPerSecond: 0, burstMinutes: 0 })
    const [phase] = measured.phases
    const venues = Object.values(measured.venues)
    return {
      instruments: measured.instruments,
      rowsPerSecond: phase?.rowsPerSecond.all ?? 0,
      missing: venues.reduce((sum, { missing }) => sum + missing, 0),
      doubles: venues.reduce((sum, { doubles }) => sum + doubles, 0),
      lagMs: phase?.lagMs?.all,
      columnMs: phase?.columnMs?.all,
      quietCores: measured.quietCores,
      cores: phase?.cores,
      megabytes: measured.memory.at(-1)?.residentMegabytes ?? 0,
      quietMegabytes: measured.quietMegabytes,
    }
  }
}

type Row = {
  instruments: number
  rowsPerSecond: number
  megabytes: number
  cores?: { worker: number; postgres: number } | null | undefined
}

function timesOf(row: Row, first: Row) {
  const ratio = (of: (r: Row) => number): number => round(of(row) / of(first), 1)
  return {
    instruments: ratio((r) => r.instruments),
    rowsPerSecond: ratio((r) => r.rowsPerSecond),
    workerCores: ratio((r) => r.cores?.worker ?? Number.NaN),
    postgresCores: ratio((r) => r.cores?.postgres ?? Number.NaN),
    megabytes: ratio((r) => r.megabytes),
  }
}
