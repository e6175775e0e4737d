/**
 * Named crowds: the same four populations with other habits. An estimator that is right on one of them only has learned that
 * one by heart; the worst of them counts as much as the mean.
 */
import { FaultlineError } from '@faultline/market/errors'
import { POPULATIONS, type Population } from './populations.ts'

export interface CrowdProfile {
  /** in a few words */
  readonly description: string
  /** in the order of POPULATIONS */
  readonly populations: readonly Population[]
  /** multiplies the depth of the book: where leverage is high, markets that live are deep */
  readonly depth: number
}

type Habits = {
  /** medians, in the order of POPULATIONS */
  leverage: readonly [momentum: number, contrarian: number, swing: number, hedger: number]
  /** of all but the hedgers, who always cross theirs; as in POPULATIONS where left out */
  cross?: { share: number; spare: number }
  /** share of positions, the hedgers' aside, that take a leverage from the menu */
  menu: number
  depth?: number
}

const HEDGER_NAME = 'hedger'
/** Deviation of log leverage among swing traders: those who hold for days are of one mind. */
const SWING_SIGMA = 0.42

function crowd(description: string, { leverage, cross, menu, depth = 1 }: Habits): CrowdProfile {
  const populations = POPULATIONS.map((p: Population, i): Population => {
    const hedger = p.name === HEDGER_NAME
    const sigma = p.name === 'swing' ? SWING_SIGMA : p.leverage.sigma
    return {
      ...p,
      leverage: { ...p.leverage, median: leverage[i] as number, sigma, max: hedger ? 6 : p.leverage.max },
      ...(!hedger && cross && { cross }),
      menu: hedger ? 0 : menu,
    }
  })
  return { description, populations, depth }
}

const PROFILES = {
  usual: crowd('a usual crowd: leverage as on a large coin, margin mostly isolated, some leverages from the menu', {
    leverage: [9, 6.5, 5, 2.9],
    menu: 0.3,
    depth: 1.3,
  }),
  low: crowd('a crowd of low leverage', { leverage: [6, 4.8, 3.5, 2.3], menu: 0.25 }),
  high: crowd('a crowd of high leverage, in a deep market', { leverage: [12, 8.5, 5.5, 2.9], menu: 0.3, depth: 2.2 }),
  cross: crowd('a crowd that nearly always crosses its margin', {
    leverage: [10, 7, 5.2, 2.9],
    cross: { share: 0.94, spare: 0.8 },
    menu: 0.25,
    depth: 1.2,
  }),
  menu: crowd('a crowd that mostly clicks the leverages of the menu', {
    leverage: [9, 6.5, 5, 2.9],
    cross: { share: 0.15, spare: 0.8 },
    menu: 0.85,
    depth: 1.3,
  }),
} as const satisfies Record<string, CrowdProfile>

export type CrowdName = keyof typeof PROFILES

export const CROWDS: Readonly<Record<CrowdName, CrowdProfile>> = PROFILES
export const CROWD_NAMES = Object.keys(PROFILES) as readonly CrowdName[]

/** @throws FaultlineError bad_input for a name that no crowd has */
export function crowdNamed(name: string): CrowdName {
  const found = CROWD_NAMES.find((known) => known === name)
  if (found) return found
  throw new FaultlineError('bad_input', `there is no crowd “${name}”; there are ${CROWD_NAMES.join(', ')}`, { place: { field: 'crowd' } })
}
