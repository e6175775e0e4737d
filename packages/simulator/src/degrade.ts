/** What a feed loses between the market and whoever listens. The market itself, and its truth, stay as they are. */
import { FaultlineError } from '@faultline/market/errors'

export interface Degradation {
  /** share of the published liquidations that is lost at random, 0 to 1; 1: none is published */
  readonly hidePrints: number
}

const NOTHING: Degradation = { hidePrints: 0 }

/** @throws FaultlineError bad_input naming what cannot be */
export function degradation(asked: Partial<Degradation>): Degradation {
  const settled = { ...NOTHING, ...asked }
  if (!(settled.hidePrints >= 0 && settled.hidePrints <= 1)) {
    throw new FaultlineError('bad_input', `a share from 0 to 1 is needed, not ${settled.hidePrints}`, { place: { field: 'hidePrints' } })
  }
  return settled
}

/** Whether anything is lost at all. */
export const isDegraded = (d: Degradation): boolean => d.hidePrints > 0
