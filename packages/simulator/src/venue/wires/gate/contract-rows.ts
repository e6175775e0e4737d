/** Gate's list of contracts, and their risk limits. */
import { floorTo, HOUR_MS, SECOND_MS } from '@faultline/market/units'
import type { Json } from '../../wire.ts'
import { daySummary } from '../day-summary.ts'
import { step, trimmed } from '../numbers.ts'
import type { WireListing } from '../wire-format.ts'
import { contractsNumber, contractsText, mark, markDecimals, price, rate, seconds } from './numbers.ts'

/** Limits and fees that Gate sets per contract: nobody trades here, so they are the same for all. */
const ORDER_SIZE_MAX = 1_000_000
const RATE_DECIMALS = 6
/** how far a mark may be from an order's price */
const PRICE_DEVIATION = '0.1'

const share = (value: number): string => trimmed(value, RATE_DECIMALS)

export function contractRow(listing: WireListing, now: number): { [key: string]: Json } {
  const { instrument, market } = listing
  const { brackets, priceDecimals } = instrument
  const [first, last] = [brackets[0], brackets.at(-1)]
  const at = market.markAt(now)
  const openInterest = market.openInterestAt(now)
  const candle = market.candleAt(now)
  const positions = market.positions()
  const longs = positions.filter((p) => p.direction > 0).length
  const whole = Number.isInteger(Number(contractsText(listing, 10 ** -instrument.quantityDecimals)))
  return {
    name: listing.symbol,
    type: 'direct',
    quanto_multiplier: trimmed(listing.contractSize, instrument.quantityDecimals + 2),
    ref_discount_rate: '0',
    order_price_deviate: PRICE_DEVIATION,
    maintenance_rate: share(first?.maintMarginRatio ?? 0),
    mark_type: 'index',
    last_price: price(listing, candle.close),
    mark_price: mark(listing, at.markPrice),
    index_price: mark(listing, at.indexPrice),
    funding_rate_indicative: rate(at.predictedFundingRate),
    mark_price_round: step(markDecimals(instrument)),
    funding_offset: 0,
    in_delisting: false,
    risk_limit_base: trimmed(first?.notionalCap ?? 0, 0),
    interest_rate: '0.0003',
    order_price_round: step(priceDecimals),
    order_size_min: 1,
    enable_decimal: !whole,
    ref_rebate_rate: '0.2',
    funding_interval: (instrument.fundingIntervalHours * HOUR_MS) / SECOND_MS,
    risk_limit_step: trimmed((last?.notionalCap ?? 0) - (first?.notionalCap ?? 0), 0),
    enable_bonus: false,
    enable_credit: true,
    leverage_min: '1',
    leverage_max: trimmed(first?.initialLeverage ?? 1, 0),
    risk_limit_max: trimmed(last?.notionalCap ?? 0, 0),
    maker_fee_rate: '-0.0001',
    taker_fee_rate: '0.00075',
    funding_rate: rate(at.predictedFundingRate),
    order_size_max: ORDER_SIZE_MAX,
    funding_next_apply: seconds(floorTo(at.nextFundingTime, SECOND_MS)),
    short_users: positions.length - longs,
    config_change_time: seconds(market.genesis),
    create_time: seconds(market.genesis),
    trade_size: contractsNumber(listing, daySummary(market, now).volume),
    position_size: contractsNumber(listing, openInterest),
    long_users: longs,
    funding_impact_value: '5000',
    orders_limit: 100,
    trade_id: candle.lastTradeId,
    orderbook_id: market.depthAt(now, 1).lastUpdateId,
    funding_cap_ratio: '0.75',
    status: 'trading',
    launch_time: seconds(market.genesis),
  }
}

/** `deduction` makes maintenance continuous: the sum over the tiers below of what their lower rates save. */
export function riskLimitRows(listing: WireListing, named: boolean): Json[] {
  let deduction = 0
  return listing.instrument.brackets.map((bracket, i, brackets) => {
    const below = brackets[i - 1]
    if (below) deduction += bracket.notionalFloor * (bracket.maintMarginRatio - below.maintMarginRatio)
    return {
      tier: i + 1,
      risk_limit: trimmed(bracket.notionalCap, 0),
      initial_rate: share(1 / bracket.initialLeverage),
      maintenance_rate: share(bracket.maintMarginRatio),
      leverage_max: trimmed(bracket.initialLeverage, 0),
      deduction: trimmed(deduction, 2),
      ...(named ? { contract: listing.symbol } : {}),
    }
  })
}
