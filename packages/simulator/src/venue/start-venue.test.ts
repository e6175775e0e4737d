import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openMarket } from './live-market.ts'
import { startVenue, type Venue, type VenueOptions } from './start-venue.ts'

const START = Date.UTC(2026, 5, 1)
const HOUR = 3_600_000
const WILD = 'SIMSPARKUSDT'

describe('startVenue', { timeout: 60_000 }, () => {
  let dir: string
  let venues: Venue[]
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'faultline-venue-'))
    venues = []
  })
  afterEach(async () => {
    await Promise.all(venues.map((v) => v.close()))
    await rm(dir, { recursive: true, force: true })
  })

  const start = async (options: Partial<VenueOptions> = {}): Promise<Venue> => {
    const venue = await startVenue({
      seed: 7,
      symbols: [WILD],
      historyDays: 0.25,
      warmUpDays: 0.1,
      clockStart: START,
      inline: true,
      ...options,
    })
    venues.push(venue)
    return venue
  }
  const get = async (venue: Venue, path: string) => (await (await fetch(venue.rest + path)).json()) as never
  const statuses = async (venue: Venue) =>
    ((await get(venue, '/fapi/v1/exchangeInfo')) as { symbols: { symbol: string; status: string }[] }).symbols.map((s) => [
      s.symbol,
      s.status,
    ])

  it('listens at once; its instruments trade when they have caught up', async () => {
    const symbols = ['SIMEMBERUSDT', WILD]
    const venue = await start({ symbols, historyDays: 0.5 })
    expect(await statuses(venue)).toEqual(symbols.map((s) => [s, 'PENDING_TRADING']))
    expect(venue.market(WILD)).toBeUndefined()
    expect(await get(venue, `/fapi/v1/klines?symbol=${WILD}&interval=1m`)).toEqual([])
    await venue.ready
    expect(await statuses(venue)).toEqual(symbols.map((s) => [s, 'TRADING']))
    const bars = (await get(venue, `/fapi/v1/klines?symbol=${WILD}&interval=1h&startTime=${START - 13 * HOUR}`)) as number[][]
    expect(bars[0]?.[0]).toBe(START - 12 * HOUR)
    expect(bars.length).toBeGreaterThanOrEqual(13)
  })

  it('goes on from its folder: the past is what it was', async () => {
    const first = await start({ stateDir: dir })
    await first.ready
    const query = `/fapi/v1/klines?symbol=${WILD}&interval=5m&startTime=${START - 6 * HOUR}&endTime=${START - 1}&limit=100`
    const before = (await get(first, query)) as unknown[]
    expect(before).toHaveLength(72)
    await first.close()
    expect((await readdir(dir)).sort()).toEqual([`${WILD}.market`, 'venue.json'])

    const second = await start({ stateDir: dir, clockStart: START + 3 * HOUR, historyDays: 1 })
    await second.ready
    expect(await get(second, query)).toEqual(before)
    // A venue keeps the history that it began with.
    expect(second.market(WILD)?.genesis).toBe(START - 6 * HOUR)
    expect(second.market(WILD)?.simulatedTo).toBeGreaterThanOrEqual(START + 3 * HOUR)
  })

  it('puts away what has been when it is closed', async () => {
    const venue = await start({ stateDir: dir, speed: 1_000 })
    await venue.ready
    const reached = () => venue.market(WILD)?.simulatedTo ?? 0
    await expect.poll(reached, { timeout: 40_000 }).toBeGreaterThan(START + HOUR / 6)
    const last = reached()
    await venue.close()
    const stored = openMarket(await readFile(join(dir, `${WILD}.market`)))
    expect(stored.simulatedTo).toBeGreaterThanOrEqual(last)
  })

  it('refuses a folder in which another venue lives, and a port that is taken', async () => {
    const first = await start({ stateDir: dir })
    await first.ready
    await expect(start({ stateDir: dir, seed: 8 })).rejects.toThrow('seed 7')
    const port = Number(new URL(first.rest).port)
    await expect(start({ port })).rejects.toThrow(`port ${port} on 127.0.0.1 is in use already`)
    const controlPort = Number(new URL(first.control).port)
    await expect(start({ controlPort })).rejects.toThrow('--control-port')
  })

  it.each([
    [{ speed: 0 }, 'speed'],
    [{ speed: 5_000 }, 'speed'],
    [{ symbols: ['NOBODYUSDT'] }, 'SIMOAKUSDT'],
    [{ seed: -1 }, 'seed'],
    [{ historyDays: 1_000 }, 'historyDays'],
  ])('refuses %j', async (options, told) => {
    await expect(start(options)).rejects.toThrow(told)
  })

  it('can be closed while it catches up, and twice', async () => {
    const venue = await start({ historyDays: 30 })
    const closed = venue.close()
    await expect(venue.ready).rejects.toThrow('closed')
    await closed
    await venue.close()
    await expect(fetch(`${venue.rest}/fapi/v1/ping`)).rejects.toThrow()
  })

  it('brings its markets to the present in threads when it is not told otherwise', async () => {
    const threads = await start({ inline: false, historyDays: 0.05 })
    const here = await start({ historyDays: 0.05 })
    await Promise.all([threads.ready, here.ready])
    const query = `/fapi/v1/klines?symbol=${WILD}&interval=1m&endTime=${START - 1}`
    expect(await get(threads, query)).toEqual(await get(here, query))
  })
})
