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
  /** multiplies the median leverage of those who bet, and of the hedgers */
  leverage?: { speculators: number; hedgers: number; sigma?: number }
  /** of the speculators */
  cross?: { share: number; spare: number }
  /** share of the speculators' positions that take a leverage from the menu */
  menu: number
  depth?: number
}

const HEDGER_NAME = 'hedger'

function crowd(description: string, { leverage, cross, menu, depth = 1 }: Habits): CrowdProfile {
  const populations = POPULATIONS.map((p: Population): Population => {
    const hedger = p.name === HEDGER_NAME
    const median = p.leverage.median * (hedger ? (leverage?.hedgers ?? 1) : (leverage?.speculators ?? 1))
    const sigma = hedger ? p.leverage.sigma : (leverage?.sigma ?? p.leverage.sigma)
    return {
      ...p,
      leverage: { ...p.leverage, median, sigma },
      ...(!hedger && cross && { cross }),
      menu: hedger ? 0 : menu,
    }
  })
  return { description, populations, depth }
}

const PROFILES = {
  usual: crowd('a usual crowd: leverage as on a large coin, margin mostly isolated, some leverages from the menu', { menu: 0.3 }),
  low: crowd('a crowd of low leverage', { leverage: { speculators: 0.55, hedgers: 0.85 }, menu: 0.25 }),
  high: crowd('a crowd of high leverage', { leverage: { speculators: 1.4, hedgers: 1.3 }, menu: 0.3, depth: 2.5 }),
  cross: crowd('a crowd that nearly always crosses its margin', { cross: { share: 0.94, spare: 1.2 }, menu: 0.25 }),
  menu: crowd('a crowd that mostly clicks the leverages of the menu', { cross: { share: 0.15, spare: 0.8 }, menu: 0.85 }),
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
