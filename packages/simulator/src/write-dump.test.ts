import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { binCentrePrice, binOf } from '@faultline/market/price-grid'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DUMP_HEADERS } from './dump-tables.ts'
import { throttledPrints } from './liquidation-feed.ts'
import { type SimulatedMarket, simulate } from './simulate.ts'
import { writeDump } from './write-dump.ts'

const FILES = [...Object.keys(DUMP_HEADERS), 'brackets.json', 'market.json'].sort()

describe('dump', () => {
  let market: SimulatedMarket
  let cheap: SimulatedMarket
  let dir: string
  beforeAll(() => {
    market = simulate({ days: 0.5, seed: 21, openInterestUsd: 3e8, warmUpDays: 0.25 })
    cheap = simulate({
      days: 0.125,
      seed: 21,
      openInterestUsd: 3e7,
      warmUpDays: 0.125,
      price: 0.000012,
      intervalMs: 300_000,
      symbol: '1000SIMUSDT',
    })
  }, 60_000)
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'faultline-dump-'))
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  const rows = async (folder: string, name: string): Promise<string[][]> => {
    const text = await readFile(join(folder, name), 'utf8')
    expect(text.endsWith('\n')).toBe(true)
    return text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','))
  }

  it('writes every file with its columns, in order of time, without a hole', async () => {
    const out = join(dir, 'deep', 'market')
    await writeDump(market, out)
    expect((await readdir(out)).sort()).toEqual(FILES)
    expect(await readdir(join(dir, 'deep'))).toEqual(['market'])
    for (const [name, header] of Object.entries(DUMP_HEADERS)) {
      const [first, ...data] = await rows(out, name)
      expect(first?.join(',')).toBe(header)
      expect(data.length).toBeGreaterThan(0)
      let before = 0
      const broken: string[] = []
      for (const cells of data) {
        if (cells.length !== first?.length) broken.push(cells.join())
        broken.push(...cells.filter((cell) => /NaN|Infinity|undefined|null|e[+-]|^$/.test(cell)))
        const time = name === 'metrics.csv' ? Date.parse(`${cells[0]?.replace(' ', 'T')}Z`) : Number(cells[0])
        if (!(time >= before)) broken.push(`${time} after ${before}`)
        before = time
      }
      expect(broken).toEqual([])
    }
    const klines = (await rows(out, 'klines.csv')).slice(1).map((r) => r.map(Number)) as number[][]
    klines.forEach(([open, , high, low, , volume, close, , , takerBuy], i) => {
      expect(open).toBe(market.settings.start + i * 60_000)
      expect(close).toBe((open as number) + 59_999)
      expect(low as number).toBeLessThanOrEqual(high as number)
      expect(takerBuy as number).toBeLessThanOrEqual(volume as number)
    })
    const metrics = (await rows(out, 'metrics.csv')).slice(1)
    expect(metrics[0]?.slice(0, 2)).toEqual(['2026-01-01 00:05:00', 'SIMUSDT'])
    expect(metrics).toHaveLength(144)
  })

  it('names the side of the order in liquidationSnapshot, SELL for a long that died', async () => {
    await writeDump(market, join(dir, 'm'))
    const printed = throttledPrints(market.forcedOrders)
    const data = (await rows(join(dir, 'm'), 'liquidationSnapshot.csv')).slice(1)
    expect(data.map((r) => r[1])).toEqual(printed.map((o) => (o.direction > 0 ? 'SELL' : 'BUY')))
    data.forEach(([time, side, , , quantity, price, average], i) => {
      const order = printed[i]
      expect(Number(time)).toBe(order?.time)
      expect(Number(quantity)).toBeGreaterThan(0)
      expect(Number(price)).toBeCloseTo(order?.bankruptcyPrice as number, 1)
      // Nothing is left of the margin beyond where the position was triggered: lower for a long.
      if (side === 'SELL') expect(Number(price)).toBeLessThan(order?.liquidationPrice as number)
      else expect(Number(price)).toBeGreaterThan(order?.liquidationPrice as number)
      expect(Math.abs(Number(average) - (order?.fillPrice as number))).toBeLessThan(0.006)
    })
  })

  it('writes bin centres that find their bin again, also of a coin at $0.000012', async () => {
    for (const [m, name] of [
      [market, 'a'],
      [cheap, 'b'],
    ] as const) {
      await writeDump(m, join(dir, name))
      const wrong = (await rows(join(dir, name), 'truth.csv')).slice(1).filter(([time, price, long, short], i) => {
        const bin = m.truth.bin[i] as number
        const digits = price?.replace(/^0\.0*/, '').replace('.', '').length ?? 0
        const centre = binOf(Number(price)) === bin && Math.abs(Number(price) / binCentrePrice(bin) - 1) < 1e-9
        return !(Number(time) === m.truth.time[i] && centre && digits >= 10 && Number(long) + Number(short) > 0.99)
      })
      expect(wrong).toEqual([])
    }
    const klines = (await rows(join(dir, 'b'), 'klines.csv')).slice(1)
    expect(new Set(klines.map((r) => r[4])).size).toBeGreaterThan(20)
    expect(klines.every((r) => Number(r[5]) > 0)).toBe(true)
  })

  it('writes the same bytes for the same market', async () => {
    await writeDump(cheap, join(dir, 'a'))
    const again = simulate({
      days: 0.125,
      seed: 21,
      openInterestUsd: 3e7,
      warmUpDays: 0.125,
      price: 0.000012,
      intervalMs: 300_000,
      symbol: '1000SIMUSDT',
    })
    await writeDump(again, join(dir, 'b'))
    for (const name of FILES) expect(await readFile(join(dir, 'a', name), 'utf8')).toBe(await readFile(join(dir, 'b', name), 'utf8'))
  }, 60_000)

  it('describes itself for the importer', async () => {
    await writeDump(cheap, join(dir, 'm'))
    const { settings } = cheap
    expect(JSON.parse(await readFile(join(dir, 'm', 'market.json'), 'utf8'))).toMatchObject({
      format: 'faultline-market-1',
      simulated: true,
      symbol: '1000SIMUSDT',
      seed: 21,
      days: 0.125,
      end: new Date(settings.end).toISOString(),
    })
    expect(JSON.parse(await readFile(join(dir, 'm', 'brackets.json'), 'utf8'))).toEqual(cheap.brackets)
  })

  it('replaces an older simulated market and an empty folder, and nothing else', async () => {
    const out = join(dir, 'm')
    await mkdir(out)
    await writeDump(cheap, out)
    await writeFile(join(out, 'stray.txt'), 'x')
    await writeDump(cheap, out)
    expect((await readdir(out)).sort()).toEqual(FILES)

    const mine = join(dir, 'mine')
    await mkdir(mine)
    await writeFile(join(mine, 'klines.csv'), 'precious')
    await expect(writeDump(cheap, mine)).rejects.toMatchObject({ code: 'bad_input', message: expect.stringContaining(mine) })
    expect(await readFile(join(mine, 'klines.csv'), 'utf8')).toBe('precious')
    const file = join(dir, 'file')
    await writeFile(file, 'precious')
    await expect(writeDump(cheap, file)).rejects.toMatchObject({ code: 'bad_input' })
    expect((await readdir(dir)).sort()).toEqual(['file', 'm', 'mine'])
  })

  it('leaves the folder as it was, and no draft, when writing fails half-way', async () => {
    const out = join(dir, 'm')
    await writeDump(cheap, out)
    const before = await readFile(join(out, 'truth.csv'), 'utf8')
    // A market that breaks in its last table, after the others were written.
    const broken = { ...cheap, truth: { ...cheap.truth, long: [] } }
    await expect(writeDump(broken, out)).rejects.toThrow()
    await expect(writeDump(cheap, out, { signal: AbortSignal.abort() })).rejects.toThrow()
    expect(await readdir(dir)).toEqual(['m'])
    expect(await readFile(join(out, 'truth.csv'), 'utf8')).toBe(before)
    await expect(writeDump(broken, join(dir, 'new'))).rejects.toThrow()
    expect(await readdir(dir)).toEqual(['m'])
  })
})
