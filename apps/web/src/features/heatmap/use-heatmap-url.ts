'use client'
import { createParser, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { RANGE_NAMES } from './prepare/ranges.ts'
import { roundUsd } from './prepare/threshold.ts'

const parseAsFlag = createParser<boolean>({
  parse: (text) => (text === '0' ? false : text === '1' ? true : null),
  serialize: (on) => (on ? '1' : '0'),
})
const parseAsUsd = createParser<number>({
  parse: (text) => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : null),
  serialize: (usd) => String(roundUsd(usd)),
})

/**
 * What changes the picture stands in the address, so that a copied link shows the same: `?r=3d&heat=1&lo=6000000&hi=34000000`.
 * A range is a step to go back from; the scale is not.
 */
export const useHeatmapUrl = () =>
  useQueryStates(
    {
      r: parseAsStringLiteral(RANGE_NAMES).withOptions({ history: 'push' }),
      heat: parseAsFlag.withDefault(true),
      obs: parseAsFlag.withDefault(true),
      lo: parseAsUsd,
      hi: parseAsUsd,
    },
    { history: 'replace' },
  )
