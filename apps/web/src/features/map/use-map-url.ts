'use client'
import { parseAsNumberLiteral, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { RANGE_NAMES } from '../heatmap/prepare/ranges.ts'
import { parseAsFlag, parseAsPrice } from '../heatmap/use-heatmap-url.ts'

export const STACKS = ['leverage', 'venue'] as const
/** Shown on either side of the price, per cent. */
export const SPANS = [5, 10, 20, 30] as const
export const UNDER_VIEWS = ['heat', 'depth'] as const
export const TIME_ORDERS = ['newest', 'oldest'] as const

/**
 * What changes the map stands in the address, so that a copied link shows the same; docs/links.md lists it. A name that is the
 * heatmap's as well means the same there.
 */
export const useMapUrl = () =>
  useQueryStates(
    {
      stack: parseAsStringLiteral(STACKS).withDefault('leverage'),
      span: parseAsNumberLiteral(SPANS).withDefault(10),
      view: parseAsStringLiteral(UNDER_VIEWS).withDefault('heat'),
      top: parseAsStringLiteral(TIME_ORDERS).withDefault('newest'),
      cum: parseAsFlag.withDefault(true),
      log: parseAsFlag.withDefault(false),
      lev: parseAsString,
      r: parseAsStringLiteral(RANGE_NAMES).withOptions({ history: 'push' }),
      pl: parseAsPrice,
      ph: parseAsPrice,
    },
    { history: 'replace' },
  )
export type MapUrl = ReturnType<typeof useMapUrl>[0]
