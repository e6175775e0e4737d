import { RATIO_KINDS } from '@faultline/market/event'
import { describe, expect, it } from 'vitest'
import { BanFile } from '../../feed/ban-file.ts'
import { RequestGate } from '../../feed/request-gate.ts'
import { contract, restCandle, S, statRow, T, tickerRow } from './__fixtures__/messages.ts'
import { GATE_HISTORY, GATE_LIMITS, GateRest } from './rest.ts'

const MINUTE = 60_000
const ETH = 'ETH_USDT'

/** Answers by the name of the endpoint; what was asked is kept. */
function restWith(answers: Record<string, unknown>) {
  const asked: { endpoint: string; parameters: Record<string, unknown>; costs: object; priority: string }[] = []
  const lines: string[] = []
  const log = (line: string) => lines.push(line)
  const gate = new RequestGate({ host: 'gate.test', banFile: new BanFile('/nowhere/bans.json'), limits: GATE_LIMITS, log })
  const all: Record<string, unknown> = { Contracts: [contract()], Time: { server_time: T + 90_000 }, ...answers }
  const rest = new GateRest({
    gate,
    log,
    call: async (endpoint, parameters, priority, costs) => {
      asked.push({ endpoint, parameters, costs, priority })
      return all[endpoint.replace(/^public(FuturesGetSettle|SpotGet)/, '')]
    },
  })
  const of = (name: string) => asked.filter(({ endpoint }) => endpoint.endsWith(name))
  return { rest, asked, of, lines, all }
}

describe('candles', () => {
  it('are asked for with one more, which proves that they are closed, and come in the contract’s own size', async () => {
    const Candlesticks = [restCandle(), restCandle({ t: S + 60 }), restCandle({ t: S + 120 })]
    const { rest, of } = restWith({ Candlesticks, Contracts: [contract({ quanto_multiplier: '0.1' })] })
    const candles = await rest.candles(ETH, T, T + 2 * MINUTE)
    expect(candles.map((c) => [c.openTime, c.volume])).toEqual([
      [T, 8124],
      [T + MINUTE, 8124],
    ])
    expect(of('Candlesticks')[0]).toMatchObject({
      parameters: { settle: 'usdt', contract: ETH, interval: '1m', from: S, to: S + 120 },
      costs: { candlesticks: 1 },
      priority: 'live',
    })
    expect(of('Time')).toHaveLength(0)
  })

  it('without one after them are closed when the venue’s clock says so', async () => {
    const { rest, all } = restWith({ Candlesticks: [restCandle()] })
    expect(await rest.candles(ETH, T, T + 10 * MINUTE)).toHaveLength(1)
    all.Time = { server_time: T + 60_500 }
    expect(await rest.candles(ETH, T, T + 10 * MINUTE)).toHaveLength(0)
  })

  it('of nothing are none, and of too much refused', async () => {
    const { rest, asked } = restWith({})
    expect(await rest.candles(ETH, T + 1, T + 2)).toEqual([])
    await expect(rest.candles(ETH, T, T + GATE_HISTORY.candle.pageMs + 1)).rejects.toMatchObject({ code: 'refused' })
    expect(asked).toEqual([])
  })
})

describe('statistics', () => {
  it('are one page for five questions', async () => {
    const { rest, of } = restWith({ ContractStats: [statRow(), statRow({ time: S + 300 }), statRow({ time: S + 600 })] })
    const [from, to] = [T, T + 600_000]
    expect((await rest.openInterestHistory(ETH, from, to)).map((e) => [e.time, e.openInterest])).toEqual([
      [T, 153482.78],
      [T + 300_000, 153482.78],
    ])
    for (const kind of RATIO_KINDS) expect(await rest.ratioHistory(ETH, kind, from, to)).toHaveLength(2)
    expect(of('ContractStats').map(({ parameters }) => parameters)).toEqual([
      { settle: 'usdt', contract: ETH, interval: '5m', from: S, limit: 3 },
    ])
    await expect(rest.openInterestHistory(ETH, T, T + GATE_HISTORY.openInterest.pageMs + 1)).rejects.toMatchObject({ code: 'refused' })
  })

  it('that cannot be read in part say so', async () => {
    const { rest, lines } = restWith({ ContractStats: [statRow(), statRow({ open_interest: 'all' })] })
    expect(await rest.openInterestHistory(ETH, T, T + 1)).toHaveLength(1)
    expect(lines).toEqual([expect.stringContaining('contract_stats open_interest is no size')])
  })
})

describe('open interest and settlements', () => {
  it('are told for all contracts at once, at the venue’s time', async () => {
    const { rest, of } = restWith({ Tickers: [tickerRow({ t: undefined })] })
    expect(await rest.openInterest(ETH)).toEqual({ type: 'openInterest', time: T + 90_000, openInterest: 153482.78 })
    expect(await rest.openInterest(ETH)).toMatchObject({ openInterest: 153482.78 })
    await expect(rest.openInterest('BTC_USDT')).rejects.toMatchObject({ code: 'refused' })
    expect(of('Tickers')).toHaveLength(1)
  })

  it('have the contract’s hours, and belong to the full hour', async () => {
    const { rest, of } = restWith({ FundingRate: [{ r: '0.0001', t: S + 1 }], Contracts: [contract({ funding_interval: 3600 })] })
    expect(await rest.fundingHistory(ETH, T, T + 1)).toEqual([{ type: 'funding', time: T, rate: 0.0001, intervalHours: 1 }])
    expect(of('FundingRate')[0]?.parameters).toMatchObject({ from: S - 30, limit: 1_000 })
  })
})

describe('contracts', () => {
  it('are asked for once, and anew where that is wanted', async () => {
    const { rest, of, all } = restWith({})
    expect(await rest.listedSymbols(false)).toEqual(new Set([ETH]))
    all.Contracts = [contract(), contract({ name: 'NEW_USDT' })]
    expect(await rest.listedSymbols(false)).toEqual(new Set([ETH]))
    expect(await rest.listedSymbols(true)).toEqual(new Set([ETH, 'NEW_USDT']))
    expect(of('Contracts')).toHaveLength(2)
    expect(rest.context.contractSize('BTC_USDT')).toBe(0.0001)
    expect(rest.context.contractSize('NOSUCH_USDT')).toBeUndefined()
  })

  it('tell the settlement that comes next, also when their list is old', async () => {
    const { rest } = restWith({})
    expect(rest.nextSettlement(ETH, T)).toBeUndefined()
    await rest.listedSymbols(false)
    const next = T + 4 * 3_600_000
    expect([T, next - 1, next, next + 9 * 3_600_000].map((time) => rest.nextSettlement(ETH, time))).toEqual([
      next,
      next,
      next + 8 * 3_600_000,
      next + 16 * 3_600_000,
    ])
  })

  it('without tiers have none', async () => {
    expect(await restWith({ RiskLimitTiers: [] }).rest.marginTiers(ETH)).toBeNull()
  })
})
