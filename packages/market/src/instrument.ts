import { z } from 'zod'
import { VENUES, type VenueId } from './venue.ts'

/**
 * The name of an instrument outside the database: `venue:SYMBOL`, the symbol as the venue writes it
 * (`binance-usdm:BTCUSDT`). Command line, URLs and exports use it.
 */
export type InstrumentKey = `${VenueId}:${string}`

/** Symbols as venues write them: letters, digits, `-`, `_`, `.`; at most 40 characters. */
export const symbolSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, 'a symbol is 1 to 40 letters, digits, dots, dashes or underscores')

export const instrumentKey = (venue: VenueId, symbol: string): InstrumentKey => `${venue}:${symbol}`

// Here and not in venue.ts: pages name venues, and would take zod into every browser with them.
const venueId = z.enum(Object.keys(VENUES) as [VenueId, ...VenueId[]])

/** One tier of a venue's margin table; `maintMarginRatio` and `maxLeverage` hold for notionals in [floorUsd, capUsd). */
export const marginTier = z.object({
  floorUsd: z.number().nonnegative(),
  /** the last tier may be open: Infinity is written as null in JSON */
  capUsd: z.number().positive().nullable(),
  maintMarginRatio: z.number().positive().lt(1),
  maxLeverage: z.number().min(1),
})
export type MarginTier = z.infer<typeof marginTier>

export const instrumentSchema = z.object({
  venue: venueId,
  symbol: symbolSchema,
  baseAsset: z.string().min(1),
  quoteAsset: z.string().min(1),
  /** base coin per contract; 1 for venues that quote in coins */
  contractSize: z.number().positive(),
})
export type InstrumentDefinition = z.infer<typeof instrumentSchema>

const QUOTES = ['USDT', 'USDC', 'FDUSD', 'BUSD', 'USD']
/** Base and quote of a Binance-style symbol (`ETHUSDT` → ETH, USDT; `BTCUSDT_240329` → BTC, USDT). */
export function splitSymbol(symbol: string): { baseAsset: string; quoteAsset: string } {
  const root = symbol.split('_')[0] ?? symbol
  const quote = QUOTES.find((q) => root.endsWith(q) && root.length > q.length)
  return quote ? { baseAsset: root.slice(0, -quote.length), quoteAsset: quote } : { baseAsset: root, quoteAsset: 'USD' }
}
