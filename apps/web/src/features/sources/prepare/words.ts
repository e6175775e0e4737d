/** Figures of this page that no other one has. */

import type { SourceDetails } from '@faultline/market/feed'
import { formatAge } from '@faultline/ui/format'

const THIN = '\u202f'

/** `0 B`, `812 kB`, `12.4 MB`: powers of ten, as disks are sold. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${Math.round(bytes)}${THIN}B`
  const [unit, size] = bytes < 999_500 ? ['kB', 1e3] : bytes < 999.5e6 ? ['MB', 1e6] : (['GB', 1e9] as const)
  const value = bytes / size
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)}${THIN}${unit}`
}

/** Whole per cents, cut: what is not done never reads as done. */
export const wholePercent = (share: number): number => Math.floor(Math.min(1, Math.max(0, share)) * 100 + 1e-9)

/** `12 ms`, `2.4 s` */
export const formatOffset = (ms: number): string =>
  Math.abs(ms) < 1_000 ? `${Math.round(Math.abs(ms))}${THIN}ms` : formatAge(Math.abs(ms))

/** A wait that is counted down, in whole seconds: tenths would only flicker. */
export const formatLeft = (ms: number): string => (ms < 9_500 ? `${Math.ceil(ms / 1_000)}${THIN}s` : formatAge(ms))

/** What the spool is to be told about: it holds something, or something was lost. */
export function spoolAlarm(details: SourceDetails): { bytes: number; capBytes: number; lost: number } | null {
  const { spool } = details
  if (!spool || (spool.bytes === 0 && spool.droppedEvents === 0)) return null
  return { bytes: spool.bytes, capBytes: spool.capBytes, lost: spool.droppedEvents }
}

/** How close to the venue's limit: the last fifth is a warning, the last twentieth an alarm. */
export const weightTone = ({ used, limit }: { used: number; limit: number }): 'calm' | 'warn' | 'err' =>
  limit > 0 && used >= limit * 0.95 ? 'err' : limit > 0 && used >= limit * 0.8 ? 'warn' : 'calm'
