import type { BrierScore, ReliabilityRow } from '@faultline/engine/score/statistics'
import type { AblationReport, PopulationReport, RankReport } from './aggregate.ts'
import type { RealResult } from './real.ts'

export interface CascadeReport {
  id: string
  score: BrierScore
  reliability: ReliabilityRow[]
}

/** accuracy.json */
export interface AccuracyReport {
  model: string
  command: string
  /** YYYY-MM-DD */
  measured: string
  days: number
  fromDay: number
  intervalMinutes: number
  seedSet: 'tuning' | 'reporting'
  seeds: readonly number[]
  populations: PopulationReport[]
  ranks: RankReport[]
  cascades: CascadeReport[]
  ablationMarkets: string
  ablations: AblationReport[]
  real: RealResult[]
  plots: { gain: string; reliability: string }
}
