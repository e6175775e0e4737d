import { CROWD_NAMES, CROWDS } from '@faultline/simulator/crowds'
import type { SimulationOptions } from '@faultline/simulator/settings'

export interface PopulationCase {
  name: string
  description: string
  options: Pick<SimulationOptions, 'crowd' | 'degrade'>
}

/** Every crowd of the simulator with its whole feed, and the usual one with feeds that lose prints. */
export const POPULATIONS: readonly PopulationCase[] = [
  ...CROWD_NAMES.map((crowd) => ({ name: crowd, description: CROWDS[crowd].description, options: { crowd } })),
  {
    name: 'usual, 40 % hidden',
    description: 'the usual crowd, by a feed that loses 40 % of the prints beyond those that the venue leaves out',
    options: { crowd: 'usual', degrade: { hidePrints: 0.4 } },
  },
  { name: 'usual, no prints', description: 'the usual crowd, without any print', options: { crowd: 'usual', degrade: { hidePrints: 1 } } },
]
