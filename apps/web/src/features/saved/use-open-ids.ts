'use client'
import { createParser, useQueryStates } from 'nuqs'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The standard look on purpose: a default layout does not come back by itself. */
export const NO_LAYOUT = 'none'

const parseAsId = createParser<string>({ parse: (text) => (UUID.test(text) ? text : null), serialize: (id) => id })
const parseAsLayout = createParser<string>({
  parse: (text) => (text === NO_LAYOUT || UUID.test(text) ? text : null),
  serialize: (id) => id,
})

const PARSERS = {
  /** id of the saved view that is open */
  view: parseAsId,
  /** id of the layout that was applied, or NO_LAYOUT */
  layout: parseAsLayout,
}

/** Which saved items the heatmap stands on: they stand in its address, beside what was changed since. */
export const useOpenIds = () => useQueryStates(PARSERS, { history: 'replace' })
export type SetOpenIds = ReturnType<typeof useOpenIds>[1]
