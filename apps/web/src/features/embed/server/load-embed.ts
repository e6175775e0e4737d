import { findInstrument } from '@faultline/db/repositories/instruments'
import { FaultlineError } from '@faultline/market/errors'
import type { Services } from '../../../server/services.ts'
import { chooseDefaultRange } from '../../heatmap/server/choose-range.ts'
import type { HeatmapRange, HeatmapView } from '../../heatmap/server/schema.ts'

/** What the page of an embed begins with. */
export interface EmbeddedMarket {
  instrument: { key: string; symbol: string; venue: string; baseAsset: string; simulated: boolean }
  range: HeatmapRange
  /** null before the first column */
  view: HeatmapView | null
  /** for the page's requests where there is no account; null: its session */
  token: string | null
}

/** `range` null: the one that suits. Null without an instrument of exactly this key. */
export async function loadEmbed(
  { db, views, embed }: Pick<Services, 'db' | 'views' | 'embed'>,
  instrumentKey: string,
  asked: HeatmapRange | null,
): Promise<EmbeddedMarket | null> {
  const instrument = await orNull(findInstrument(db, instrumentKey))
  // a symbol or a number finds it too, which an address of an embed does not
  if (instrument?.key !== instrumentKey) return null
  const { key, symbol, venue, baseAsset, simulated } = instrument
  const hasBuild = instrument.currentBuildId !== null
  const range = asked ?? (hasBuild ? await orNull(embed.rangeOf(key, () => chooseDefaultRange(db, key))) : null) ?? '3d'
  const view = hasBuild ? await orNull(views.read({ instrument: key, range })) : null
  return { instrument: { key, symbol, venue, baseAsset, simulated }, range, view, token: embed.tokenFor(key) }
}

/** Null where there is no such instrument, or no column of it. */
async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof FaultlineError && (error.code === 'not_found' || error.code === 'bad_input')) return null
    throw error
  }
}
