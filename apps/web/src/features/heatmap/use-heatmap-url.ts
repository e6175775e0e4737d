'use client'
import { HEAT_SCALES, PALETTES, PRICE_STYLES, SHOWN_SIDES } from '@faultline/ui/chart/palette'
import type { PaneState } from '@faultline/ui/chart/panes'
import { createParser, createSerializer, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { type Query, queryOf, type ViewKey } from '../saved/prepare/view-query.ts'
import { RESOLUTION_NAMES } from './prepare/asked-view.ts'
import { RANGE_NAMES } from './prepare/ranges.ts'
import { roundUsd } from './prepare/threshold.ts'
import { readPanes, writePanes } from './prepare/url-values.ts'

export const parseAsFlag = createParser<boolean>({
  parse: (text) => (text === '0' ? false : text === '1' ? true : null),
  serialize: (on) => (on ? '1' : '0'),
})
const parseAsUsd = createParser<number>({
  parse: (text) => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : null),
  serialize: (usd) => String(roundUsd(usd)),
})
const parseAsTime = createParser<number>({
  parse: (text) => (/^\d{12,14}$/.test(text) ? Number(text) : null),
  serialize: (ms) => String(Math.round(ms)),
})
export const parseAsPrice = createParser<number>({
  parse: (text) => (Number(text) > 0 && Number.isFinite(Number(text)) ? Number(text) : null),
  serialize: (price) => String(Number(price.toPrecision(7))),
})
const parseAsPanes = createParser<PaneState[]>({
  parse: readPanes,
  serialize: writePanes,
  eq: (a, b) => writePanes(a) === writePanes(b),
})

export const TIME_ZONES = ['utc', 'local', 'exchange'] as const

/**
 * What changes the picture stands in the address, so that a copied link shows the same; docs/links.md lists it. A range is a step to go
 * back from; scales, zoom and panes are not.
 */
const PARSERS = {
  r: parseAsStringLiteral(RANGE_NAMES).withOptions({ history: 'push' }),
  res: parseAsStringLiteral(RESOLUTION_NAMES),
  heat: parseAsFlag.withDefault(true),
  obs: parseAsFlag.withDefault(true),
  lo: parseAsUsd,
  hi: parseAsUsd,
  scale: parseAsStringLiteral(HEAT_SCALES).withDefault('absolute'),
  pal: parseAsStringLiteral(PALETTES).withDefault('twin'),
  side: parseAsStringLiteral(SHOWN_SIDES).withDefault('both'),
  ps: parseAsStringLiteral(PRICE_STYLES).withDefault('candles'),
  log: parseAsFlag.withDefault(false),
  p: parseAsPanes,
  prof: parseAsFlag.withDefault(true),
  tz: parseAsStringLiteral(TIME_ZONES).withDefault('utc'),
  from: parseAsTime,
  to: parseAsTime,
  pl: parseAsPrice,
  ph: parseAsPrice,
  at: parseAsTime,
  lev: parseAsString,
}

export const useHeatmapUrl = () => useQueryStates(PARSERS, { history: 'replace' })
export type HeatmapUrl = ReturnType<typeof useHeatmapUrl>[0]
export type SetHeatmapUrl = ReturnType<typeof useHeatmapUrl>[1]

const written = createSerializer(PARSERS)

/** The same as texts, as an address has it and a view keeps it; what is as usual is left out. */
export const queryOfUrl = (url: HeatmapUrl): Query => queryOf(new URLSearchParams(written(url)))

/** What the address becomes where `keys` of it are as `query` says; what that does not name is as usual. */
export const urlOfQuery = (query: Query, keys: readonly ViewKey[]) =>
  Object.fromEntries(keys.map((key) => [key, query[key] === undefined ? null : PARSERS[key].parse(query[key])])) as Partial<{
    [K in ViewKey]: HeatmapUrl[K] | null
  }>
