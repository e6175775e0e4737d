/** A month of minutes as Binance's dumps would give it, from a seed: the same rows on every machine. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'

const START = Date.UTC(2024, 0, 1)
const SYMBOL = 'WALKUSDT'

/** mulberry32 */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Klines of one minute, metrics with all four ratios every five, funding every eight hours, a liquidation every seven minutes. */
export function writeMonth(folder: string, days = 30): void {
  const next = random(7)
  const klines = ['open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore']
  const metrics = [
    'create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio',
  ]
  const funding = ['calc_time,funding_interval_hours,last_funding_rate']
  const liquidations = [
    'time,side,order_type,time_in_force,original_quantity,price,average_price,order_status,last_fill_quantity,accumulated_fill_quantity',
  ]
  let price = 2_500
  let base = 800_000
  for (let time = START; time < START + days * DAY_MS; time += MINUTE_MS) {
    const close = price * Math.exp((next() + next() + next() - 1.5) * 0.0012)
    const high = Math.max(price, close) * (1 + next() * 0.0004)
    const low = Math.min(price, close) * (1 - next() * 0.0004)
    const volume = 300 + 900 * next()
    klines.push(
      `${time},${price.toFixed(2)},${high.toFixed(2)},${low.toFixed(2)},${close.toFixed(2)},${volume.toFixed(3)},${time + MINUTE_MS - 1},${(volume * close).toFixed(2)},${Math.floor(900 * next())},${(volume * next()).toFixed(3)},0,0`,
    )
    price = Number(close.toFixed(2))
    if (time % (5 * MINUTE_MS) === 0) {
      base *= 1 + (next() - 0.5) * 0.004
      const ratios = Array.from({ length: 4 }, () => (0.6 + next()).toFixed(4))
      const label = new Date(time).toISOString().slice(0, 19).replace('T', ' ')
      metrics.push(`${label},${SYMBOL},${base.toFixed(3)},${(base * price).toFixed(2)},${ratios.join(',')}`)
    }
    if (time % (8 * HOUR_MS) === 0) funding.push(`${time},8,${((next() - 0.4) * 2e-4).toFixed(8)}`)
    if (time % (7 * MINUTE_MS) === 0) {
      const size = (1 + 40 * next()).toFixed(3)
      liquidations.push(`${time + 4_321},${next() < 0.5 ? 'SELL' : 'BUY'},LIMIT,IOC,${size},${price},${price},FILLED,${size},${size}`)
    }
  }
  const files = { 'klines/1m': klines, metrics, fundingRate: funding, liquidationSnapshot: liquidations }
  for (const [path, lines] of Object.entries(files)) {
    mkdirSync(join(folder, path), { recursive: true })
    const kind = path === 'klines/1m' ? '1m' : path
    writeFileSync(join(folder, path, `${SYMBOL}-${kind}-2024-01.csv`), `${lines.join('\n')}\n`)
  }
}
