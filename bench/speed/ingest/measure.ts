/** Figures of the benchmarks of the live line: quantiles, and what processes use as Linux counts it. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

/** /proc counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100

export const round = (value: number, digits = 0): number => Number(value.toFixed(digits))

export interface Spread {
  count: number
  p50: number
  p99: number
  max: number
}

/** NaN where there is nothing. */
export function spread(values: readonly number[], digits = 0): Spread {
  const sorted = Float64Array.from(values).sort()
  const at = (q: number): number => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN, digits)
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) }
}

/** Seconds of processor time that a process has used, with those of its children that have ended; 0 when it is gone. */
export function cpuSeconds(pid: number): number {
  const fields = statOf(pid)
  // utime, stime, cutime, cstime
  return fields === null ? 0 : [11, 12, 13, 14].reduce((sum, i) => sum + Number(fields[i]), 0) / TICKS_PER_SECOND
}

/** The same of a process and all that it has started. */
export function cpuSecondsOfTree(pid: number): number {
  return cpuSeconds(pid) + childrenOf(pid).reduce((sum, child) => sum + cpuSecondsOfTree(child), 0)
}

/** Resident memory, MB. */
export function residentMegabytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return round(Number(kilobytes) / 1024)
}

export function folderBytes(folder: string): number {
  try {
    return readdirSync(folder).reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0)
  } catch {
    return 0 // a file that has just gone
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((other) => other > 0 && Number(statOf(other)?.[1]) === pid)
}

/** The fields after the name: state, parent, … */
function statOf(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}
