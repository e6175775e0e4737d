import { describe, expect, it } from 'vitest'
import { BanFile } from '../../feed/ban-file.ts'
import { RequestGate } from '../../feed/request-gate.ts'
import { ADDRESS, candleRow, ctx, fundingRow, meta } from './__fixtures__/messages.ts'
import { clearinghouseState, position } from './__fixtures__/observed.ts'
import { T } from './__fixtures__/time.ts'
import { HYPERLIQUID_HISTORY, HYPERLIQUID_LIMITS, HyperliquidRest } from './rest.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Answers by type; what was asked is kept. */
function restWith(answers: Record<string, unknown>, openInterestSides = 1) {
  const asked: { question: Record<string, unknown>; costs: object; priority: string }[] = []
  const lines: string[] = []
  const log = (line: string) => lines.push(line)
  const gate = new RequestGate({ host: 'hyperliquid.test', banFile: new BanFile('/nowhere/bans.json'), limits: HYPERLIQUID_LIMITS, log })
  const all: Record<string, unknown> = { exchangeStatus: { time: T + 90_000 }, meta: meta(), ...answers }
  const rest = new HyperliquidRest({
    gate,
    log,
    openInterestSides,
    call: async (_, question, priority, costs) => {
      asked.push({ question, costs, priority })
      return all[String(question.type)]
    },
  })
  return { rest, asked, lines, of: (type: string) => asked.filter(({ question }) => question.type === type) }
}

describe('candles', () => {
  it('weigh by how many they are, and come without the open one', async () => {
    const later = candleRow({ t: T + MINUTE, T: T + 2 * MINUTE - 1 })
    const { rest, of } = restWith({ candleSnapshot: [candleRow(), later] })
    expect((await rest.candles('ETH', T, T + MINUTE)).map((c) => c.openTime)).toEqual([T])
    expect(of('candleSnapshot')[0]).toEqual({
      question: { type: 'candleSnapshot', req: { coin: 'ETH', interval: '1m', startTime: T, endTime: T + MINUTE } },
      costs: { weight: 21 },
      priority: 'live',
    })
    await rest.candles('ETH', T - 1_439 * MINUTE, T + MINUTE)
    expect(of('candleSnapshot')[1]).toMatchObject({ costs: { weight: 20 + 25 }, priority: 'history' })
    await expect(rest.candles('ETH', T, T + HYPERLIQUID_HISTORY.candle.pageMs + 1)).rejects.toMatchObject({ code: 'refused' })
    expect(await rest.candles('ETH', T + 1, T + 2)).toEqual([])
  })
})

describe('open interest', () => {
  const answers = { metaAndAssetCtxs: [meta(), [ctx(), ctx({ openInterest: '605822.5' }), ctx(), ctx(), ctx({ openInterest: null })]] }

  it('is told for all coins at once, at the venue’s time, of one side', async () => {
    const { rest, of } = restWith(answers)
    expect(await rest.openInterest('ETH')).toEqual({ type: 'openInterest', time: T + 90_000, openInterest: 605822.5 })
    expect(await rest.openInterest('BTC')).toMatchObject({ openInterest: 605822.25 })
    expect(of('metaAndAssetCtxs')).toHaveLength(1)
    expect(await restWith(answers, 2).rest.openInterest('ETH')).toMatchObject({ openInterest: 302911.25 })
    await expect(rest.openInterest('ATOM')).rejects.toMatchObject({ code: 'refused' })
  })
})

describe('the rest', () => {
  it('settles every hour, and weighs by how many hours', async () => {
    const { rest, of } = restWith({ fundingHistory: [fundingRow(), fundingRow({ time: T + HOUR + 12 })] })
    expect((await rest.fundingHistory('ETH', T, T + HOUR)).map((f) => [f.time, f.intervalHours])).toEqual([[T, 1]])
    await rest.fundingHistory('ETH', T, T + HYPERLIQUID_HISTORY.funding.pageMs)
    expect(of('fundingHistory').map(({ costs }) => costs)).toEqual([{ weight: 21 }, { weight: 20 + 25 }])
  })

  it('knows tiers and names for an hour', async () => {
    const { rest, of } = restWith({})
    expect(await rest.marginTiers('BTC')).toHaveLength(2)
    expect(await rest.marginTiers('NOSUCH')).toBeNull()
    expect((await rest.listedSymbols(false)).has('kPEPE')).toBe(true)
    expect(of('meta')).toHaveLength(1)
    expect((await rest.listedSymbols(true)).has('MATIC')).toBe(false)
    expect(of('meta')).toHaveLength(2)
  })

  it('looks at accounts behind everything else, within an allowance of its own', async () => {
    const { rest, asked, lines } = restWith({ clearinghouseState: clearinghouseState([position(), position({ szi: '?' })]) })
    expect((await rest.clearinghouseState(ADDRESS)).positions).toHaveLength(1)
    expect(asked).toEqual([
      { question: { type: 'clearinghouseState', user: ADDRESS }, costs: { weight: 2, observed: 2 }, priority: 'history' },
    ])
    expect(lines).toEqual([expect.stringContaining('szi is no size')])
  })
})
