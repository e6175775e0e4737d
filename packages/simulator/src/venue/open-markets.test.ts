import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LiveMarket } from './live-market.ts'
import { type OpenMarketsOptions, openMarkets, saveMarkets } from './open-markets.ts'

const MINUTE = 60_000
const FIRST_START = Date.UTC(2026, 6, 7, 12, 3, 17)
const SYMBOLS = ['SIMOAKUSDT', 'SIMSPARKUSDT']

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'faultline-venue-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

interface Opened {
  markets: LiveMarket[]
  refused: string[]
  genesis: number
}

/** A start of the venue, up to the moment when everything is ready. */
async function start(now: number, more: Partial<OpenMarketsOptions> = {}): Promise<Opened> {
  const markets: LiveMarket[] = []
  const refused: string[] = []
  const { genesis, ready } = await openMarkets({
    ...{ seed: 7, symbols: SYMBOLS, historyDays: 1 / 24, warmUpDays: 0, stateDir: dir, now: () => now, inline: true },
    onReady: (market) => markets.push(market),
    onRefused: (message) => refused.push(message),
    ...more,
  })
  await ready
  return { markets, refused, genesis }
}

const bytesOf = ({ markets }: Opened): string[] => markets.map((market) => Buffer.from(market.checkpoint()).toString('base64'))

describe('the markets of a venue', () => {
  it('begin where the first start says and go on at the next, whatever that one says', async () => {
    const first = await start(FIRST_START)
    expect(first.genesis).toBe(Date.UTC(2026, 6, 7, 11, 0))
    expect(first.markets.map((m) => m.instrument.symbol)).toEqual(SYMBOLS)
    for (const m of first.markets) expect(m.simulatedTo - FIRST_START).toBeLessThan(5_000)
    expect((await readdir(dir)).sort()).toEqual(['SIMOAKUSDT.market', 'SIMSPARKUSDT.market', 'venue.json'])
    for (const name of await readdir(dir)) expect((await stat(join(dir, name))).mode & 0o777).toBe(0o600)

    const later = FIRST_START + 40 * MINUTE
    const second = await start(later, { historyDays: 5, warmUpDays: 1 })
    expect(second.genesis).toBe(first.genesis)
    expect(second.refused).toEqual([])
    for (const m of first.markets) m.advance(later)
    expect(bytesOf(second)).toEqual(bytesOf(first))
  })

  it('are the same in worker threads, which take up what was saved', async () => {
    const here = await start(FIRST_START)
    for (const m of here.markets) m.advance(FIRST_START + MINUTE)
    await saveMarkets(here.markets, dir)
    expect(await readdir(dir)).toHaveLength(3)
    const progress: string[] = []
    const there = await start(FIRST_START + 2 * MINUTE, { inline: false, onProgress: (symbol) => progress.push(symbol) })
    expect(there.refused).toEqual([])
    expect([...new Set(progress)].sort()).toEqual(SYMBOLS)
    for (const m of here.markets) m.advance(FIRST_START + 2 * MINUTE)
    expect(bytesOf(there).sort()).toEqual(bytesOf(here).sort())
  }, 30_000)

  it('need no folder', async () => {
    const one = await start(FIRST_START, { stateDir: null })
    expect(bytesOf(await start(FIRST_START, { stateDir: null }))).toEqual(bytesOf(one))
    expect(await readdir(dir)).toEqual([])
  })

  it('are made anew, the same, when a checkpoint is damaged, missing, or later than the clock', async () => {
    const first = await start(FIRST_START)
    const path = join(dir, 'SIMOAKUSDT.market')
    const bytes = await readFile(path)
    bytes.writeUInt8(bytes.readUInt8(5_000) ^ 1, 5_000)
    await writeFile(path, bytes)
    await rm(join(dir, 'SIMSPARKUSDT.market'))
    const second = await start(FIRST_START)
    expect(bytesOf(second)).toEqual(bytesOf(first))
    expect(second.refused).toEqual([expect.stringMatching(/^SIMOAKUSDT: .*damaged/)])
    expect(await start(FIRST_START)).toMatchObject({ refused: [] })

    await copyFile(join(dir, 'SIMOAKUSDT.market'), join(dir, 'SIMSPARKUSDT.market'))
    const mixed = await start(FIRST_START)
    expect(bytesOf(mixed)).toEqual(bytesOf(first))
    expect(mixed.refused).toEqual([expect.stringContaining('SIMSPARKUSDT: its symbol is SIMOAKUSDT')])

    const earlier = await start(FIRST_START - 30 * MINUTE, { symbols: ['SIMOAKUSDT'] })
    expect(earlier.refused).toEqual([expect.stringContaining('later than the venue')])
    const [oak] = earlier.markets
    expect(oak?.simulatedTo).toBeLessThan(FIRST_START - 29 * MINUTE)
    oak?.advance(FIRST_START)
    expect(bytesOf(earlier)).toEqual(bytesOf(first).slice(0, 1))
  })

  it('are made anew when they were split otherwise, and go on when they were split so', async () => {
    const shares = { binance: 2, okx: 1 }
    const sharesOf = (symbol: string) => (symbol === 'SIMSPARKUSDT' ? shares : undefined)
    const unsplit = await start(FIRST_START)
    const split = await start(FIRST_START, { sharesOf })
    expect(split.refused).toEqual([
      'SIMSPARKUSDT: its flow is all at one venue, and split binance 2, okx 1 is wanted: it is simulated anew',
    ])
    expect(bytesOf(split)[0]).toBe(bytesOf(unsplit)[0])
    const [, before] = unsplit.markets
    const [, after] = split.markets
    expect(after?.candles(0, FIRST_START)).toEqual(before?.candles(0, FIRST_START))
    const again = await start(FIRST_START + MINUTE, { sharesOf, inline: false })
    expect(again.refused).toEqual([])
    for (const m of split.markets) m.advance(FIRST_START + MINUTE)
    expect(bytesOf(again).sort()).toEqual(bytesOf(split).sort())
    const back = await start(FIRST_START + MINUTE)
    expect(back.refused).toEqual([expect.stringContaining('and all at one venue is wanted')])
  }, 30_000)

  it('refuse another seed and say what to do; the folder stays as it was', async () => {
    await start(FIRST_START)
    await expect(start(FIRST_START, { seed: 8 })).rejects.toThrow(
      `the venue in ${dir} has seed 7, not 8. Start it with seed 7, or choose another folder for seed 8.`,
    )
    expect(await start(FIRST_START)).toMatchObject({ refused: [] })
  })

  it('refuse a folder that is somebody else’s, a clock before their beginning, and options that cannot be', async () => {
    await start(FIRST_START)
    await expect(start(FIRST_START - 120 * MINUTE)).rejects.toThrow("after the venue's clock")
    await writeFile(join(dir, 'venue.json'), '{"format":"something else"}')
    await expect(start(FIRST_START)).rejects.toThrow('cannot be read')
    for (const [field, wrong] of [
      ['seed', { seed: -1 }],
      ['historyDays', { historyDays: Number.NaN }],
      ['warmUpDays', { warmUpDays: 400 }],
    ] as const) {
      await expect(start(FIRST_START, wrong)).rejects.toMatchObject({ code: 'bad_input', place: { field } })
    }
    await expect(start(FIRST_START, { symbols: ['BTCUSDT'] })).rejects.toThrow('no instrument BTCUSDT')
  })

  it.each([true, false])('stop catching up when told to (in this thread: %s)', async (inline) => {
    const abort = new AbortController()
    const stopped = start(FIRST_START, {
      ...{ inline, historyDays: 30, signal: abort.signal },
      onProgress: () => abort.abort(new Error('the venue closes')),
    })
    await expect(stopped).rejects.toThrow('the venue closes')
    expect(await readdir(dir)).toEqual(['venue.json'])
  })

  it.each([true, false])('fail where the disk does (in this thread: %s)', async (inline) => {
    await mkdir(join(dir, 'SIMOAKUSDT.market'))
    await expect(start(FIRST_START, { inline, symbols: ['SIMOAKUSDT'] })).rejects.toThrow('EISDIR')
  })

  it('leave no drafts of a process that died while it wrote', async () => {
    await writeFile(join(dir, 'SIMOAKUSDT.market.1234.partial'), 'half of it')
    await start(FIRST_START, { symbols: ['SIMOAKUSDT'] })
    expect((await readdir(dir)).sort()).toEqual(['SIMOAKUSDT.market', 'venue.json'])
  })
})
