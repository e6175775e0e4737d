import type { ObservedRun } from '@faultline/ui/chart/heatmap-data'

/** Levels as they had been seen by a moment, UTC ms: none that came later, and none for longer than until then. */
export const runsBy = (runs: readonly ObservedRun[], at: number): ObservedRun[] =>
  runs.flatMap((run) => (run.from < at ? [{ ...run, to: Math.min(run.to, at) }] : []))
