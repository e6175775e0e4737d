/** Newest column of the build that is served of one instrument, told again when that build becomes complete. `lastBucket` is its start in UTC ms. */
export interface ColumnsNews {
  instrumentKey: string
  buildId: number
  lastBucket: number
}

/** How far a job is. `done` and `total` count the same thing within one phase. */
export interface ProgressNews {
  job: string
  instrumentKey?: string | undefined
  phase: string
  done: number
  /** null while it is not known how much there is */
  total: number | null
  etaMs: number | null
  message?: string | undefined
}
