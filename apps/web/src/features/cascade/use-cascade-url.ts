'use client'
import { createSerializer, parseAsFloat, parseAsStringLiteral, throttle, useQueryStates } from 'nuqs'
import { DEFAULTS, DIRECTIONS } from './prepare/scenario.ts'

const PARSERS = {
  dir: parseAsStringLiteral(DIRECTIONS).withDefault(DEFAULTS.dir),
  shock: parseAsFloat.withDefault(DEFAULTS.shock),
  eta: parseAsFloat.withDefault(DEFAULTS.eta),
  depth: parseAsFloat.withDefault(DEFAULTS.depth),
  half: parseAsFloat.withDefault(DEFAULTS.half),
  dur: parseAsFloat.withDefault(DEFAULTS.dur),
}

/** The scenario stands in the address: `?dir=up&shock=4.5&eta=70&depth=1&half=20&dur=60`. What is the default is left out. */
export const useCascadeUrl = () =>
  // a slider that is dragged: browsers allow so many changes of the address and no more
  useQueryStates(PARSERS, { history: 'replace', limitUrlUpdates: throttle(300) })

/** `?shock=4.5`, or nothing: the same scenario of another market. */
export const scenarioQuery = createSerializer(PARSERS)
