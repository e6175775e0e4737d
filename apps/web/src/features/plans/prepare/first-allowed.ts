import type { MarketRow } from '../../venues/prepare/venue-choice.ts'
import { firstToOpen } from '../../venues/prepare/venue-choice.ts'
import { allowsAsset, type Terms } from './allowed.ts'

type Row = MarketRow & { baseAsset: string; firstBucket: number | null; lastBucket: number | null }

/** What to open first of `rows` for somebody with this plan; where it allows none of them, the first of all, whose page says why it is locked. */
export const firstAllowed = <R extends Row>(terms: Terms, rows: readonly R[]): R | undefined =>
  firstToOpen(rows.filter(({ baseAsset }) => allowsAsset(terms, baseAsset))) ?? firstToOpen(rows)
