import { FaultlineError } from '@faultline/market/errors'
import type { MarginTier } from '@faultline/market/instrument'
import { BINANCE_BRACKETS, GENERIC_BRACKETS } from './binance-brackets.ts'
import { type MarginTable, maintenanceAmounts } from './linear.ts'

/**
 * Margin tiers of a Binance USDⓈ-M symbol (`ETHUSDT`), from our dated table; a generic table for symbols that it does not name.
 * Sources and date: binance-brackets.ts.
 */
export function tiersFor(symbol: string): readonly MarginTier[] {
  const row = Object.hasOwn(BINANCE_BRACKETS, symbol) ? (BINANCE_BRACKETS[symbol] as string) : GENERIC_BRACKETS
  const known = parsed.get(row)
  if (known) return known
  const tiers = Object.freeze(tiersOfRow(row))
  parsed.set(row, tiers)
  return tiers
}

/** The margin table that an instrument is estimated with: the one that came with it, else our own. */
export const tiersOf = (instrument: { symbol: string; marginTiers: readonly MarginTier[] | null }): readonly MarginTier[] =>
  instrument.marginTiers ?? tiersFor(instrument.symbol)

/** The highest leverage that any tier allows. */
export function maxLeverage(tiers: readonly MarginTier[]): number {
  return tiers.reduce((most, tier) => Math.max(most, tier.maxLeverage), 1)
}

/**
 * Tiers from Binance's own JSON: an array of `{bracket, notionalFloor, notionalCap, maintMarginRatio, initialLeverage}` in any
 * order, or the answer of GET /fapi/v1/leverageBracket, `[{symbol, brackets: […]}]` (name the `symbol` when it holds several).
 * Other fields are ignored; `cum` is computed, see maintenanceAmounts. The last cap may be null.
 * Throws FaultlineError `bad_input` with the field's path when a value is missing or impossible, when brackets leave a hole or
 * overlap, when the maintenance ratio falls or the leverage rises from one bracket to the next.
 */
export function tiersFromBinanceBrackets(json: unknown, symbol?: string): MarginTier[] {
  const { list, path } = findBrackets(json, symbol)
  if (list.length === 0) throw bad(path, 'there is no bracket in the list; give at least one')
  const brackets = list.map((entry, i) => readBracket(entry, `${path}[${i}]`))
  brackets.sort((a, b) => a.notionalFloor - b.notionalFloor)
  const tiers = brackets.map(
    (b): MarginTier => ({
      floorUsd: b.notionalFloor,
      capUsd: b.notionalCap,
      maintMarginRatio: b.maintMarginRatio,
      maxLeverage: b.initialLeverage,
    }),
  )
  checkTiers(
    tiers,
    brackets.map((b) => b.path),
    BINANCE_FIELDS,
  )
  for (let i = 1; i < brackets.length; i++) {
    const [low, high] = [brackets[i - 1] as Bracket, brackets[i] as Bracket]
    if (low.bracket !== null && high.bracket !== null && high.bracket <= low.bracket)
      throw bad(
        `${high.path}.bracket`,
        `bracket ${high.bracket} begins above bracket ${low.bracket}; number the brackets by rising notional`,
      )
  }
  return tiers
}

/**
 * Tiers and deductions from the same JSON as in tiersFromBinanceBrackets; an object in place of the array counts as its one entry.
 * Deductions are those of the file's `cum`, and where no bracket has one those that make the maintenance margin continuous: a venue
 * that puts the whole position under its tier's ratio is written with `cum` 0 throughout.
 * FaultlineError `bad_input` as there, and where `cum` is in some brackets only, is no number, or is so large that the
 * maintenance margin would fall as the notional rises.
 */
export function marginTableFromBrackets(json: unknown, symbol?: string): MarginTable {
  const entries = isObject(json) ? [json] : json
  const tiers = tiersFromBinanceBrackets(entries, symbol)
  const { list, path } = findBrackets(entries, symbol)
  const given = list.map((entry, i) => ({ ...(entry as { notionalFloor: number; cum?: unknown }), path: `${path}[${i}].cum` }))
  if (given.every((bracket) => bracket.cum === undefined)) return { tiers, amounts: maintenanceAmounts(tiers) }
  given.sort((a, b) => a.notionalFloor - b.notionalFloor)
  const amounts = given.map((bracket) => number(bracket.cum, bracket.path, 0))
  amounts.forEach((amount, i) => {
    const [tier, below] = [tiers[i] as MarginTier, tiers[i - 1]]
    const most = below ? (amounts[i - 1] as number) + tier.floorUsd * (tier.maintMarginRatio - below.maintMarginRatio) : 0
    // Venues round what they publish.
    if (amount > most * 1.001 + 0.01)
      throw bad(
        (given[i] as { path: string }).path,
        `${amount} makes the maintenance margin fall as the notional rises; at most ${Number(most.toFixed(6))} fits the ratios`,
      )
  })
  return { tiers, amounts }
}

/** Throws FaultlineError `bad_input` unless `tiers` is a margin table as described at tiersFromBinanceBrackets, lowest tier first. */
export function assertTiers(tiers: readonly MarginTier[]): void {
  if (tiers.length === 0) throw bad('tiers', 'the margin table is empty; give at least one tier')
  const paths = tiers.map((_, i) => `tiers[${i}]`)
  tiers.forEach((tier, i) => {
    const path = paths[i] as string
    number(tier.floorUsd, `${path}.floorUsd`, 0)
    if (tier.capUsd !== null) number(tier.capUsd, `${path}.capUsd`, 0)
    ratio(tier.maintMarginRatio, `${path}.maintMarginRatio`)
    number(tier.maxLeverage, `${path}.maxLeverage`, 1)
  })
  checkTiers(tiers, paths, { floor: 'floorUsd', cap: 'capUsd', ratio: 'maintMarginRatio', leverage: 'maxLeverage' })
}

interface Bracket {
  path: string
  bracket: number | null
  notionalFloor: number
  notionalCap: number | null
  maintMarginRatio: number
  initialLeverage: number
}

const BINANCE_FIELDS = { floor: 'notionalFloor', cap: 'notionalCap', ratio: 'maintMarginRatio', leverage: 'initialLeverage' }

const bad = (field: string, message: string) => new FaultlineError('bad_input', message, { place: { field } })

function findBrackets(json: unknown, symbol: string | undefined): { list: unknown[]; path: string } {
  if (!Array.isArray(json)) throw bad('brackets', 'the margin table is not a JSON array of brackets')
  const entries = json.map((entry, index) => ({ entry, index }))
  const wrapped = entries.filter(
    (e): e is { entry: { symbol?: unknown; brackets: unknown }; index: number } => isObject(e.entry) && 'brackets' in e.entry,
  )
  if (wrapped.length === 0) return { list: json, path: 'brackets' }
  if (wrapped.length < json.length)
    throw bad('brackets', 'the list mixes brackets with symbols that hold brackets; keep one of the two forms')
  const chosen = symbol === undefined ? wrapped : wrapped.filter((e) => e.entry.symbol === symbol)
  const only = chosen[0]
  if (!only) throw bad('brackets', `there are no brackets of ${symbol} in the list`)
  if (chosen.length > 1)
    throw bad('brackets', symbol === undefined ? 'the list holds several symbols; name one' : `${symbol} is in the list more than once`)
  const path = `brackets[${only.index}].brackets`
  if (!Array.isArray(only.entry.brackets)) throw bad(path, 'is not an array of brackets')
  return { list: only.entry.brackets, path }
}

function readBracket(entry: unknown, path: string): Bracket {
  if (!isObject(entry)) throw bad(path, 'is not a bracket: an object with notionalFloor, notionalCap, maintMarginRatio and initialLeverage')
  const field = entry as Record<string, unknown>
  return {
    path,
    bracket: field.bracket === undefined ? null : number(field.bracket, `${path}.bracket`, 0),
    notionalFloor: number(field.notionalFloor, `${path}.notionalFloor`, 0),
    notionalCap: field.notionalCap === null ? null : number(field.notionalCap, `${path}.notionalCap`, 0),
    maintMarginRatio: ratio(field.maintMarginRatio, `${path}.maintMarginRatio`),
    initialLeverage: number(field.initialLeverage, `${path}.initialLeverage`, 1),
  }
}

/** What must hold between tiers; `paths` and `fields` name the places in the words of whoever wrote the table. */
function checkTiers(tiers: readonly MarginTier[], paths: string[], fields: typeof BINANCE_FIELDS): void {
  let amount = 0
  tiers.forEach((tier, i) => {
    const path = paths[i] as string
    const before = tiers[i - 1]
    if (before === undefined) {
      if (tier.floorUsd !== 0) throw bad(`${path}.${fields.floor}`, `the lowest bracket begins at ${tier.floorUsd}; it must begin at 0`)
    } else {
      if (before.capUsd === null) throw bad(`${paths[i - 1]}.${fields.cap}`, 'only the highest bracket may be without a cap')
      if (tier.floorUsd !== before.capUsd) {
        const what = tier.floorUsd > before.capUsd ? 'leaves a hole after' : 'overlaps'
        throw bad(`${path}.${fields.floor}`, `${tier.floorUsd} ${what} the bracket below, which ends at ${before.capUsd}; make them equal`)
      }
      if (tier.maintMarginRatio < before.maintMarginRatio)
        throw bad(
          `${path}.${fields.ratio}`,
          `${tier.maintMarginRatio} is below that of the bracket below, ${before.maintMarginRatio}; it must not fall as the notional rises`,
        )
      if (tier.maxLeverage > before.maxLeverage)
        throw bad(
          `${path}.${fields.leverage}`,
          `${tier.maxLeverage} is above that of the bracket below, ${before.maxLeverage}; it must not rise with the notional`,
        )
      amount += tier.floorUsd * (tier.maintMarginRatio - before.maintMarginRatio)
    }
    if (tier.capUsd !== null && tier.capUsd <= tier.floorUsd)
      throw bad(`${path}.${fields.cap}`, `${tier.capUsd} is not above the bracket's floor, ${tier.floorUsd}`)
    // At the cap the position is largest and its maintenance weighs most; without a cap the deducted amount counts for nothing.
    const maintenance = tier.maintMarginRatio - (tier.capUsd === null ? 0 : amount / tier.capUsd)
    if (maintenance >= 1 / tier.maxLeverage)
      throw bad(
        `${path}.${fields.ratio}`,
        `at ${tier.maxLeverage}× a position would be liquidated as it opens; the ratio must be below 1/leverage`,
      )
  })
}

function number(value: unknown, field: string, least: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw bad(field, `is not a number but ${describe(value)}`)
  if (value < least) throw bad(field, `${value} is below ${least}`)
  return value
}

function ratio(value: unknown, field: string): number {
  const read = number(value, field, 0)
  if (read === 0 || read >= 1) throw bad(field, `${read} is not between 0 and 1; half a per cent is written 0.005`)
  return read
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)
const describe = (value: unknown) =>
  value === undefined ? 'missing' : Array.isArray(value) ? 'an array' : typeof value === 'number' ? String(value) : JSON.stringify(value)

const parsed = new Map<string, readonly MarginTier[]>()

/** Tiers of a row as they are typed in binance-brackets.ts: `cap/maintenance %/leverage` per tier, cap in USD with k or M. */
export function tiersOfRow(row: string): MarginTier[] {
  let floorUsd = 0
  return row.split(' ').map((bracket) => {
    const [cap = '', percent = '', leverage = ''] = bracket.split('/')
    const capUsd = Math.round(Number(cap.slice(0, -1)) * (cap.endsWith('M') ? 1e6 : 1e3))
    // 0.65 / 100 is not the double nearest to 0.0065: round to what was published.
    const tier = { floorUsd, capUsd, maintMarginRatio: Number((Number(percent) / 100).toFixed(6)), maxLeverage: Number(leverage) }
    floorUsd = capUsd
    return tier
  })
}
