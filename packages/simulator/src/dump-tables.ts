/** The files of a dump as lines of text, in the columns and number formats of Binance's public dumps. */
import { RATIO_KINDS } from '@faultline/market/event'
import { binCentrePrice } from '@faultline/market/price-grid'
import type { SimulatedMarket } from './simulate.ts'

type Lines = Generator<string>

export const DUMP_HEADERS = {
  'klines.csv': 'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore',
  'metrics.csv':
    'create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio',
  'fundingRate.csv': 'calc_time,funding_interval_hours,last_funding_rate',
  'liquidationSnapshot.csv':
    'time,side,order_type,time_in_force,original_quantity,price,average_price,order_status,last_fill_quantity,accumulated_fill_quantity',
  'truth.csv': 'time,price,long,short',
} as const

export type DumpTable = keyof typeof DUMP_HEADERS

/** Each table with its header line; lines end without a line break. */
export const DUMP_TABLES: Readonly<Record<DumpTable, (market: SimulatedMarket) => Lines>> = {
  'klines.csv': klines,
  'metrics.csv': metrics,
  'fundingRate.csv': fundingRates,
  'liquidationSnapshot.csv': liquidations,
  'truth.csv': truth,
}

function* klines({ settings, candles, takerBuyQuote }: SimulatedMarket): Lines {
  const { priceDecimals, lotDecimals, intervalMs } = settings
  const c = candles.columns
  const known = (value: number, decimals: number): string => (Number.isNaN(value) ? '' : value.toFixed(decimals))
  const price = (column: Float64Array, i: number): string => (column[i] as number).toFixed(priceDecimals)
  yield DUMP_HEADERS['klines.csv']
  for (let i = 0; i < candles.length; i++) {
    const openTime = c.openTime[i] as number
    yield [
      openTime,
      price(c.open, i),
      price(c.high, i),
      price(c.low, i),
      price(c.close, i),
      (c.volume[i] as number).toFixed(lotDecimals),
      openTime + intervalMs - 1,
      (c.quoteVolume[i] as number).toFixed(4),
      c.tradeCount[i],
      known(c.takerBuyVolume[i] as number, lotDecimals),
      known(takerBuyQuote[i] as number, 4),
      0,
    ].join(',')
  }
}

function* metrics({ settings, openInterest, ratios }: SimulatedMarket): Lines {
  yield DUMP_HEADERS['metrics.csv']
  const o = openInterest.columns
  const r = ratios.columns
  const kinds = (['topAccounts', 'topPositions', 'accounts', 'takerVolume'] as const).map((kind) => RATIO_KINDS.indexOf(kind))
  let next = 0
  for (let i = 0; i < openInterest.length; i++) {
    const time = o.time[i] as number
    const byKind: string[] = ['', '', '', '']
    for (; next < ratios.length && r.time[next] === time; next++) byKind[r.kind[next] as number] = (r.ratio[next] as number).toFixed(8)
    const cells = [
      new Date(time).toISOString().slice(0, 19).replace('T', ' '),
      settings.symbol,
      (o.openInterest[i] as number).toFixed(settings.lotDecimals),
      (o.openInterestUsd[i] as number).toFixed(8),
      ...kinds.map((kind) => byKind[kind]),
    ]
    yield cells.join(',')
  }
}

function* fundingRates({ funding }: SimulatedMarket): Lines {
  yield DUMP_HEADERS['fundingRate.csv']
  const f = funding.columns
  for (let i = 0; i < funding.length; i++) yield `${f.time[i]},${f.intervalHours[i]},${(f.rate[i] as number).toFixed(8)}`
}

/** `side` is the side of the order, as Binance gives it: SELL closed a long. The order's price is the bankruptcy price. */
function* liquidations({ settings, prints }: SimulatedMarket): Lines {
  yield DUMP_HEADERS['liquidationSnapshot.csv']
  for (const order of prints ?? []) {
    const quantity = (order.lots * settings.lotSize).toFixed(settings.lotDecimals)
    const side = order.direction > 0 ? 'SELL' : 'BUY'
    // A venue names no price of zero; a wallet that outlasted its position's price has none to name.
    const limit = Math.max(order.bankruptcyPrice, 10 ** -settings.priceDecimals).toFixed(settings.priceDecimals)
    const average = order.fillPrice.toFixed(settings.priceDecimals)
    yield `${order.time},${side},LIMIT,IOC,${quantity},${limit},${average},FILLED,${quantity},${quantity}`
  }
}

function* truth({ truth: t }: SimulatedMarket): Lines {
  yield DUMP_HEADERS['truth.csv']
  for (let i = 0; i < t.length; i++) {
    yield `${t.time[i]},${tenDigits(binCentrePrice(t.bin[i] as number))},${(t.long[i] as number).toFixed(2)},${(t.short[i] as number).toFixed(2)}`
  }
}

/** Ten significant digits, never in exponent notation. */
function tenDigits(price: number): string {
  return price.toFixed(Math.max(0, 9 - Math.floor(Math.log10(price))))
}
