/** The pages of the product, where they are, and which of them are about one instrument: pure. */
import { instrumentSegment } from '../../heatmap/prepare/heatmap-path.ts'

export const SECTIONS = [
  'heatmap',
  'map',
  'cascade',
  'screener',
  'watchlists',
  'alerts',
  'accuracy',
  'instruments',
  'teams',
  'sources',
  'admin',
  'saved',
  'account',
] as const
export type Section = (typeof SECTIONS)[number]

interface Place {
  path: string
  /** the page shows one instrument, and its address names it */
  ofInstrument: boolean
  adminOnly: boolean
}

const place = (path: string, rest: Partial<Place> = {}): Place => ({ path, ofInstrument: false, adminOnly: false, ...rest })

const PLACES: Record<Section, Place> = {
  heatmap: place('/heatmap', { ofInstrument: true }),
  map: place('/map', { ofInstrument: true }),
  cascade: place('/cascade', { ofInstrument: true }),
  screener: place('/screener'),
  watchlists: place('/watchlists'),
  accuracy: place('/accuracy'),
  instruments: place('/instruments'),
  alerts: place('/alerts'),
  teams: place('/teams'),
  sources: place('/admin/sources', { adminOnly: true }),
  admin: place('/admin/people', { adminOnly: true }),
  saved: place('/saved'),
  account: place('/account'),
}

/** Where a section is. Pages of one instrument stay with `instrument`; without one they choose it themselves. */
export function sectionPath(section: Section, instrument?: string): string {
  const { path, ofInstrument } = PLACES[section]
  if (ofInstrument && instrument !== undefined) return `${path}/${instrumentSegment(instrument)}`
  return section === 'heatmap' ? '/' : path
}

/** Where another instrument is opened from a section: on the same kind of page, or as a heatmap. */
export const instrumentPath = (section: Section, instrument: string): string =>
  sectionPath(PLACES[section].ofInstrument ? section : 'heatmap', instrument)

/** Reached from the account's menu and the palette: the top bar has no room for them. */
export const APART = ['saved', 'account'] as const satisfies readonly Section[]

/** What somebody of this role may open, without those that stand apart. */
export const sectionsFor = (role: 'admin' | 'member'): Section[] =>
  SECTIONS.filter((section) => !APART.some((one) => one === section) && (role === 'admin' || !PLACES[section].adminOnly))
