/**
 * φ[side, class]: how much of the exposure that stands at a level is liquidated when price gets there. Density of the map is φ·M.
 * They are fixed at 1 in this edition: every level counts in full. An edition that learns from liquidation prints replaces these values
 * per step and carries them in the checkpoint.
 */
export interface Multipliers {
  readonly long: Float64Array
  readonly short: Float64Array
}

export function fixedMultipliers(classes: number): Multipliers {
  return { long: new Float64Array(classes).fill(1), short: new Float64Array(classes).fill(1) }
}
