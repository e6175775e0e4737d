import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forced, GENESIS, HAND, trade } from './hand-market.ts'
import { type HandVenue, handVenue } from './hand-venue.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const PENDING = 'SIMLATEUSDT'

describe('REST', { timeout: 20_000 }, () => {
  let venue: HandVenue
  beforeAll(async () => {
    // Nine hours of a trade a minute, but for the third; liquidations leave no trace here.
    const ticks = Array.from({ length: 540 }, (_, i) => trade(60 * i + 30, 100 + i / 100, 1 + (i % 2), i % 2 === 0, 2))
    venue = await handVenue([{ ticks: [...ticks.filter((_, i) => i !== 2), forced(5, 1, 1, 90, 95)] }, { symbol: PENDING, pending: true }])
    venue.pass(9 * HOUR + 45_000)
  })
  afterAll(() => venue.close())

  const now = GENESIS + 9 * HOUR + 45_000
  const body = async (path: string) => {
    const answer = await venue.get(path)
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
    return answer.body as never
  }
  const klines = (query: string): Promise<unknown[][]> => body(`/fapi/v1/klines?symbol=${HAND}&${query}`)
  const openTimes = async (query: string) => (await klines(query)).map((row) => ((row[0] as number) - GENESIS) / MINUTE)

  it('tells the time, and that it is there', async () => {
    expect(await body('/fapi/v1/time')).toEqual({ serverTime: now })
    expect(await body('/fapi/v1/ping')).toEqual({})
  })

  it('lists its instruments', async () => {
    const info = (await body('/fapi/v1/exchangeInfo')) as { symbols: Record<string, unknown>[]; rateLimits: unknown[]; serverTime: number }
    expect(info.serverTime).toBe(now)
    expect(info.symbols.map((s) => [s.symbol, s.status])).toEqual([
      [HAND, 'TRADING'],
      [PENDING, 'PENDING_TRADING'],
    ])
    expect(info.symbols[0]).toMatchObject({
      pair: HAND,
      contractType: 'PERPETUAL',
      baseAsset: 'SIMHAND',
      quoteAsset: 'USDT',
      marginAsset: 'USDT',
      pricePrecision: 2,
      quantityPrecision: 3,
      onboardDate: GENESIS,
    })
    expect(info.symbols[0]?.filters).toContainEqual({
      filterType: 'PRICE_FILTER',
      minPrice: '0.01',
      maxPrice: '10000000',
      tickSize: '0.01',
    })
    expect(info.symbols[0]?.filters).toContainEqual({ filterType: 'LOT_SIZE', minQty: '0.001', maxQty: '10000000', stepSize: '0.001' })
  })

  describe('klines', () => {
    it('gives rows in Binance’s order and decimals, the open candle last', async () => {
      expect(await klines('interval=1m&limit=2')).toEqual([
        [now - 45_000 - MINUTE, '105.39', '105.39', '105.39', '105.39', '2.000', now - 45_001, '210.78000', 2, '0.000', '0.00000', '0'],
        [now - 45_000, '105.39', '105.39', '105.39', '105.39', '0.000', now + 14_999, '0.00000', 0, '0.000', '0.00000', '0'],
      ])
    })

    it('puts longer bars together from the minutes', async () => {
      const [first] = await klines(`interval=5m&startTime=${GENESIS}&limit=1`)
      // Minutes 0, 1, 3 and 4: quantities 1, 2, 2, 1.
      const quote = 100 * 1 + 100.01 * 2 + 100.03 * 2 + 100.04 * 1
      const bought = 100 * 1 + 100.04 * 1
      expect(first).toEqual([
        GENESIS,
        ...['100.00', '100.04', '100.00', '100.04', '6.000'],
        GENESIS + 5 * MINUTE - 1,
        quote.toFixed(5),
        8,
        '2.000',
        bought.toFixed(5),
        '0',
      ])
    })

    it.each([
      ['limit=3', [538, 539, 540]],
      [`startTime=${GENESIS}&limit=3`, [0, 1, 2]],
      [`startTime=${GENESIS + 1}&limit=2`, [1, 2]],
      [`startTime=${GENESIS - HOUR}&limit=2`, [0, 1]],
      [`endTime=${GENESIS + 10 * MINUTE}&limit=2`, [9, 10]],
      [`endTime=${GENESIS + 10 * MINUTE - 1}&limit=2`, [8, 9]],
      [`startTime=${GENESIS + MINUTE}&endTime=${GENESIS + 3 * MINUTE}`, [1, 2, 3]],
      [`startTime=${GENESIS + MINUTE}&endTime=${GENESIS + 9 * MINUTE}&limit=2`, [1, 2]],
      [`startTime=${GENESIS + 539 * MINUTE}`, [539, 540]],
      [`startTime=${GENESIS + 20 * HOUR}`, []],
    ])('%s', async (query, minutes) => {
      expect(await openTimes(`interval=1m&${query}`)).toEqual(minutes)
    })

    it('gives 500 unless told, 1,500 at most, and days from midnight', async () => {
      expect(await klines('interval=1m')).toHaveLength(500)
      expect(await klines('interval=1m&limit=1500')).toHaveLength(541)
      expect(await openTimes('interval=1d')).toEqual([0])
      expect(await openTimes('interval=8h')).toEqual([0, 480])
    })

    it('has nothing of an instrument that does not trade yet', async () => {
      expect(await body(`/fapi/v1/klines?symbol=${PENDING}&interval=1m`)).toEqual([])
    })
  })

  it('gives open interest now and of the past', async () => {
    expect(await body(`/fapi/v1/openInterest?symbol=${HAND}`)).toEqual({ symbol: HAND, openInterest: '1234.568', time: now })
    expect(await body(`/futures/data/openInterestHist?symbol=${HAND}&period=5m&limit=2`)).toEqual([
      { symbol: HAND, sumOpenInterest: '1107.00000000', sumOpenInterestValue: '110700.00000000', timestamp: GENESIS + 535 * MINUTE },
      { symbol: HAND, sumOpenInterest: '1108.00000000', sumOpenInterestValue: '110800.00000000', timestamp: GENESIS + 540 * MINUTE },
    ])
  })

  const statistic = async (query: string) =>
    ((await body(`/futures/data/openInterestHist?symbol=${HAND}&${query}`)) as { timestamp: number }[]).map(
      (row) => (row.timestamp - GENESIS) / MINUTE,
    )
  it.each([
    ['period=1h&limit=3', [420, 480, 540]],
    [`period=5m&startTime=${GENESIS + MINUTE}&limit=2`, [5, 10]],
    [`period=5m&startTime=${GENESIS + 5 * MINUTE}&endTime=${GENESIS + 15 * MINUTE}`, [5, 10, 15]],
    [`period=5m&endTime=${GENESIS + 14 * MINUTE}&limit=2`, [5, 10]],
    ['period=1d', [0]],
  ])('statistics: %s', async (query, minutes) => {
    expect(await statistic(query)).toEqual(minutes)
  })

  it('gives 30 statistics unless told', async () => {
    expect(await statistic('period=5m')).toHaveLength(30)
    expect(await statistic('period=5m&limit=500')).toHaveLength(109)
  })

  it.each([
    ['globalLongShortAccountRatio', '0.6000', '1.5000', '0.4000'],
    ['topLongShortAccountRatio', '0.3333', '0.5000', '0.6667'],
    ['topLongShortPositionRatio', '0.6667', '2.0000', '0.3333'],
  ])('%s', async (call, longAccount, longShortRatio, shortAccount) => {
    expect(await body(`/futures/data/${call}?symbol=${HAND}&period=5m&limit=1`)).toEqual([
      { symbol: HAND, longAccount, longShortRatio, shortAccount, timestamp: GENESIS + 540 * MINUTE },
    ])
  })

  it('adds up what takers bought and sold in the period before', async () => {
    const rows = await body(`/futures/data/takerlongshortRatio?symbol=${HAND}&period=5m&startTime=${GENESIS}&limit=1`)
    expect(rows).toEqual([{ buySellRatio: '0.5000', buyVol: '2.0000', sellVol: '4.0000', timestamp: GENESIS + 5 * MINUTE }])
    const within = `startTime=${GENESIS + 6 * MINUTE}&endTime=${GENESIS + 16 * MINUTE}`
    expect(await body(`/futures/data/takerlongshortRatio?symbol=${HAND}&period=5m&${within}`)).toMatchObject([
      { timestamp: GENESIS + 10 * MINUTE },
      { timestamp: GENESIS + 15 * MINUTE },
    ])
  })

  it('gives settlements, and the rate of the next one', async () => {
    const rows = [
      { symbol: HAND, fundingTime: GENESIS + 3, fundingRate: '0.00010000', markPrice: '100.00000000' },
      { symbol: HAND, fundingTime: GENESIS + 8 * HOUR + 3, fundingRate: '0.00020000', markPrice: '104.80000000' },
    ]
    expect(await body(`/fapi/v1/fundingRate?symbol=${HAND}`)).toEqual(rows)
    expect(await body('/fapi/v1/fundingRate')).toEqual(rows)
    expect(await body(`/fapi/v1/fundingRate?symbol=${HAND}&limit=1`)).toEqual(rows.slice(1))
    expect(await body(`/fapi/v1/fundingRate?symbol=${HAND}&startTime=${GENESIS}&limit=1`)).toEqual(rows.slice(0, 1))
    expect(await body(`/fapi/v1/fundingRate?symbol=${HAND}&endTime=${GENESIS + HOUR}`)).toEqual(rows.slice(0, 1))
    const premium = {
      symbol: HAND,
      markPrice: '105.39000000',
      indexPrice: '105.64000000',
      estimatedSettlePrice: '105.64000000',
      lastFundingRate: '-0.00012000',
      interestRate: '0.00010000',
      nextFundingTime: GENESIS + 16 * HOUR,
      time: now,
    }
    expect(await body(`/fapi/v1/premiumIndex?symbol=${HAND}`)).toEqual(premium)
    expect(await body('/fapi/v1/premiumIndex')).toEqual([premium])
    expect(await body('/fapi/v1/fundingInfo')).toContainEqual({
      symbol: HAND,
      adjustedFundingRateCap: '0.00750000',
      adjustedFundingRateFloor: '-0.00750000',
      fundingIntervalHours: 8,
      disclaimer: false,
      updateTime: GENESIS,
    })
  })

  it('gives the book and the latest trades', async () => {
    const book = { lastUpdateId: 1 + now - GENESIS, E: now, T: now, bids: [['99.00', '1.000']], asks: [['101.00', '2.000']] }
    expect(await body(`/fapi/v1/depth?symbol=${HAND}&limit=5`)).toEqual(book)
    expect(await body(`/fapi/v1/depth?symbol=${PENDING}`)).toMatchObject({ bids: [], asks: [] })
    const rows = (await body(`/fapi/v1/aggTrades?symbol=${HAND}`)) as { a: number; T: number }[]
    expect(rows[0]).toMatchObject({ T: now - 10 * MINUTE + 45_000 })
    expect(rows.at(-1)).toEqual({ a: 539, p: '105.39', q: '2.000', f: 1077, l: 1078, T: now - 75_000, m: true })
    expect(((await body(`/fapi/v1/aggTrades?symbol=${HAND}&fromId=537&limit=2`)) as { a: number }[]).map((r) => r.a)).toEqual([537, 538])
    expect(((await body(`/fapi/v1/aggTrades?symbol=${HAND}&limit=2`)) as { a: number }[]).map((r) => r.a)).toEqual([538, 539])
  })

  it.each([
    ['/fapi/v1/klines?interval=1m', 400, -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."],
    [`/fapi/v1/klines?symbol=${HAND}`, 400, -1102, "Mandatory parameter 'interval' was not sent, was empty/null, or malformed."],
    ['/fapi/v1/klines?symbol=NOBODY&interval=1m', 400, -1121, 'Invalid symbol.'],
    ['/fapi/v1/klines?symbol=toString&interval=1m', 400, -1121, 'Invalid symbol.'],
    [`/fapi/v1/klines?symbol=${HAND}&interval=7m`, 400, -1120, 'Invalid interval.'],
    [`/fapi/v1/klines?symbol=${HAND}&interval=1m&limit=1501`, 400, -1130, "Data sent for parameter 'limit' is not valid."],
    [`/fapi/v1/klines?symbol=${HAND}&interval=1m&limit=0`, 400, -1130, "Data sent for parameter 'limit' is not valid."],
    [
      `/fapi/v1/klines?symbol=${HAND}&interval=1m&startTime=soon`,
      400,
      -1100,
      "Illegal characters found in parameter 'startTime'; legal range is '^[0-9]{1,20}$'.",
    ],
    [`/fapi/v1/klines?symbol=${HAND}&interval=1m&startTime=2&endTime=1`, 400, -1023, 'Start time is greater than end time.'],
    [`/fapi/v1/depth?symbol=${HAND}&limit=7`, 400, -4021, '7 is not valid depth limit.'],
    [`/fapi/v1/fundingRate?symbol=${HAND}&limit=1001`, 400, -1130, "Data sent for parameter 'limit' is not valid."],
    [`/futures/data/openInterestHist?symbol=${HAND}&period=1m`, 400, -1130, "Data sent for parameter 'period' is not valid."],
    [`/futures/data/openInterestHist?symbol=${HAND}&period=5m&limit=501`, 400, -1130, "Data sent for parameter 'limit' is not valid."],
    [
      `/futures/data/openInterestHist?symbol=${HAND}&period=5m&startTime=${now - 30 * 24 * HOUR - 1}`,
      400,
      -1130,
      "parameter 'startTime' is invalid.",
    ],
    [`/fapi/v1/openInterest?symbol=${PENDING}`, 400, -4108, 'Symbol is on delivering or delivered or settling or closed or pre-trading.'],
    ['/fapi/v1/nothing', 404, -5000, 'Path /fapi/v1/nothing, Method GET is invalid'],
  ])('%s is refused as Binance refuses it', async (path, status, code, msg) => {
    const answer = await venue.get(path)
    expect(answer).toMatchObject({ status, body: { code, msg } })
  })
})

describe('REST limits', () => {
  let venue: HandVenue
  afterAll(() => venue.close())

  it('charges what Binance charges, says what is used, and notes every request', async () => {
    venue = await handVenue([{}], { weightPerMinute: 2_400, dataRequestsPer5Minutes: 1, refusalsBeforeBan: 1 })
    const calls: [string, number][] = [
      ['/fapi/v1/time', 1],
      [`/fapi/v1/klines?symbol=${HAND}&interval=1m&limit=99`, 1],
      [`/fapi/v1/klines?symbol=${HAND}&interval=1m&limit=100`, 2],
      [`/fapi/v1/klines?symbol=${HAND}&interval=1m`, 5],
      [`/fapi/v1/klines?symbol=${HAND}&interval=1m&limit=1001`, 10],
      [`/fapi/v1/depth?symbol=${HAND}&limit=50`, 2],
      [`/fapi/v1/depth?symbol=${HAND}&limit=100`, 5],
      [`/fapi/v1/depth?symbol=${HAND}`, 10],
      [`/fapi/v1/depth?symbol=${HAND}&limit=1000`, 20],
      [`/fapi/v1/aggTrades?symbol=${HAND}`, 20],
      ['/fapi/v1/premiumIndex', 10],
      [`/futures/data/openInterestHist?symbol=${HAND}&period=5m`, 0],
    ]
    const statuses: number[] = []
    for (const [path] of calls) statuses.push((await venue.get(path)).status)
    expect(statuses).toEqual(calls.map(() => 200))
    expect(venue.ledger.requests().entries.map((e) => e.weight)).toEqual(calls.map(([, weight]) => weight))

    const limited = await venue.get(`/futures/data/openInterestHist?symbol=${HAND}&period=5m`)
    expect(limited).toMatchObject({ status: 429, body: { code: -1003 } })
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(limited.headers.get('x-mbx-used-weight-1m')).toMatch(/^\d+$/)
    const banned = await venue.get(`/futures/data/openInterestHist?symbol=${HAND}&period=5m`)
    expect(banned).toMatchObject({ status: 418, body: { code: -1003 } })
    expect(banned.headers.get('retry-after')).toBe('120')
    expect((await venue.get('/fapi/v1/time')).status).toBe(418)
    expect(
      venue.ledger
        .requests()
        .entries.slice(-3)
        .map((e) => [e.path, e.status, e.weight]),
    ).toEqual([
      ['/futures/data/openInterestHist', 429, 0],
      ['/futures/data/openInterestHist', 418, 0],
      ['/fapi/v1/time', 418, 0],
    ])
  })
})
