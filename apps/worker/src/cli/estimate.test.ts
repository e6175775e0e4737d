import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { HOUR_MS } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import { csv, dumpFolder, KLINE_HEADER, klines, START } from '../../test/dump-folder.ts'
import { bracketsJson, estimateFiles } from '../../test/estimate-folder.ts'
import { type EstimateCommandOptions, runEstimate } from './estimate.ts'
import type { Progress } from './progress.ts'

interface Estimated {
  lines: string[]
  times: number[]
  notes: string[]
}

async function estimate(folder: string, options: Partial<EstimateCommandOptions>): Promise<Estimated> {
  const notes: string[] = []
  const quiet: Progress = { update: () => null, note: (text) => notes.push(text), finish: () => {} }
  const out = join(dumpFolder({}), 'map.csv')
  await runEstimate({ dump: folder, out, ...options }, quiet)
  const lines = readFileSync(out, 'utf8').trimEnd().split('\n')
  return { lines, times: [...new Set(lines.slice(1).map((line) => Number(line.split(',')[0])))], notes }
}

describe('estimate --every', () => {
  it('writes a map at each full hour that anything is known of', async () => {
    const { lines, times, notes } = await estimate(dumpFolder(estimateFiles(40)), { every: '1h' })
    expect(lines[0]).toBe('time,price,long,short')
    expect(times).toEqual([START + HOUR_MS, START + 2 * HOUR_MS, START + 3 * HOUR_MS])
    expect(notes).toEqual([])
    expect((await estimate(dumpFolder(estimateFiles(40)), { every: '15m' })).times).toHaveLength(13)
  })

  it('gives the same from gzipped files, from candles alone with open interest, and whatever the future holds', async () => {
    const files = estimateFiles(40)
    const { lines } = await estimate(dumpFolder(files), { every: '1h' })
    const gzipped = Object.fromEntries(Object.entries(files).map(([name, text]) => [`${name}.gz`, gzipSync(text)]))
    expect((await estimate(dumpFolder(gzipped), { every: '1h' })).lines).toEqual(lines)
    const longer = await estimate(dumpFolder(estimateFiles(80)), { every: '1h' })
    expect(longer.lines.slice(0, lines.length)).toEqual(lines)
    // Candles that end before open interest does: what is stamped later is not looked at.
    expect((await estimate(dumpFolder(estimateFiles(40, 80)), { every: '1h' })).lines).toEqual(lines)
  })

  it('is capped by the leverage of brackets.json', async () => {
    /** Share of the longs that die within 8 % of the price. */
    const near = async (maxLeverage: number) => {
      const { lines } = await estimate(dumpFolder({ ...estimateFiles(20), 'brackets.json': bracketsJson(maxLeverage) }), { every: '1h' })
      const longs = lines.slice(1).map((line) => line.split(',').map(Number) as [number, number, number, number])
      const usd = (above: number) => longs.reduce((sum, [, price, long]) => sum + (price > above ? long : 0), 0)
      return usd(0.92 * 101.2) / usd(0)
    }
    // At 5× and 10 % margin who opened at this price dies 11 % below it: what lies nearer was opened higher up, before the first candle.
    const [capped, free] = [await near(5), await near(100)]
    expect(free).toBeGreaterThan(0.1)
    expect(capped).toBeLessThan(free / 4)
  })
})

describe('estimate --bands', () => {
  it('writes the percentiles behind the map, for the same times', async () => {
    const folder = dumpFolder(estimateFiles(40))
    const { lines, times } = await estimate(folder, { every: '1h', bands: true })
    expect(lines[0]).toBe('time,price,long,short,long_p10,long_p50,long_p90,short_p10,short_p50,short_p90')
    const plain = await estimate(folder, { every: '1h' })
    expect(times).toEqual(plain.times)
    const map = new Set(lines.map((line) => line.split(',').slice(0, 4).join(',')))
    expect(plain.lines.filter((line) => !map.has(line))).toEqual([])
    for (const line of lines.slice(1)) expect(line).toMatch(/^\d+(,\d+(\.\d+)?){9}$/)
  })
})

describe('estimate --at', () => {
  it('writes a map at each distinct time of the first column, with that time', async () => {
    const at = [START + HOUR_MS + 7, START + HOUR_MS, START + HOUR_MS + 7, START - 1, START + 100 * HOUR_MS]
    const folder = dumpFolder({ ...estimateFiles(40), 'truth.csv': csv('time,price,long,short', ...at.map((time) => `${time},1,2,3`)) })
    const { times, notes } = await estimate(folder, { at: join(folder, 'truth.csv') })
    expect(times).toEqual([START + HOUR_MS, START + HOUR_MS + 7, START + 100 * HOUR_MS])
    expect(notes).toEqual([
      'left aside: truth.csv: neither its name nor its header is that of a table of the dumps',
      'no rows for 1 time (2024-01-04T23:59:59.999Z): price and open interest are known from 2024-01-05T00:05:00.000Z on',
      '1 time (2024-01-09T04:00:00.000Z) after the last candle: they carry the map as it was at 2024-01-05T03:20:00.000Z',
    ])
  })

  it('needs no header, takes a gzip, and refuses what is no time', async () => {
    const folder = dumpFolder({
      ...estimateFiles(40),
      'at.csv.gz': gzipSync(`${START + HOUR_MS}\n`),
      'bad/at.csv': `${START}\n1704412800\n`,
      'empty/at.csv': 'time\n',
    })
    expect((await estimate(folder, { at: join(folder, 'at.csv.gz') })).times).toEqual([START + HOUR_MS])
    await expect(estimate(folder, { at: join(folder, 'bad/at.csv') })).rejects.toThrow(/at\.csv:2, field time: "1704412800" is not a time/)
    await expect(estimate(folder, { at: join(folder, 'empty/at.csv') })).rejects.toThrow('no time in its first column')
    await expect(estimate(folder, { at: join(folder, 'none.csv') })).rejects.toThrow('no such file')
  })
})

describe('estimate refuses', () => {
  it('a folder without open interest, of several markets, and wrong options', async () => {
    const { 'metrics.csv': _, ...without } = estimateFiles(20)
    await expect(estimate(dumpFolder(without), { every: '1h' })).rejects.toThrow(
      'open interest is needed and there is none: add metrics.csv',
    )
    const two = dumpFolder({
      ...estimateFiles(20),
      'SOLUSDT-1m-2024-01.csv': csv(...klines(START, 3)),
      'ETHUSDT-1h-2024-01.csv': csv(...klines(START, 3, HOUR_MS)),
    })
    await expect(estimate(two, { every: '1h' })).rejects.toThrow('names no symbol')
    const folder = dumpFolder(estimateFiles(20))
    await expect(estimate(folder, {})).rejects.toThrow('either --every 1h or --at FILE')
    await expect(estimate(folder, { every: '1h', at: 'x' })).rejects.toThrow('either --every 1h or --at FILE')
    for (const every of ['0h', '7h', '1w', 'hour', '-1h']) await expect(estimate(folder, { every })).rejects.toThrow('--every')
  })

  it('bad input without touching the file that was there', async () => {
    const files = estimateFiles(20)
    const folder = dumpFolder({ ...files, 'klines.csv': `${files['klines.csv']}garbage\n` })
    const out = join(dumpFolder({ 'map.csv': 'the old one' }), 'map.csv')
    await expect(estimate(folder, { every: '1h', out })).rejects.toThrow('klines.csv:22, field open: the row has 1 fields instead of 12')
    expect(readFileSync(out, 'utf8')).toBe('the old one')
    expect(readdirSync(join(out, '..'))).toEqual(['map.csv'])
    const brackets = dumpFolder({ ...files, 'brackets.json': '[{"bracket":1}]' })
    await expect(estimate(brackets, { every: '1h' })).rejects.toThrow(/^brackets\.json: /)
    // Where it could not be written, nothing is read first.
    await expect(estimate(folder, { every: '1h', out: join(folder, 'none/map.csv') })).rejects.toThrow('none is no folder; make it first')
  })
})

describe('the program', () => {
  const main = join(import.meta.dirname, 'main.ts')
  const run = (args: string[], cwd: string) =>
    promisify(execFile)(process.execPath, [main, ...args], { cwd, env: { ...process.env, INIT_CWD: cwd }, maxBuffer: 1 << 26 }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    )

  it('resolves paths where it was called, writes to standard output, and tells bad input in one line with exit code 1', async () => {
    const folder = dumpFolder({ ...estimateFiles(13), 'bad/klines.csv': csv(KLINE_HEADER, ...klines(START, 2), 'x') })
    writeFileSync(join(folder, 'bad', 'metrics.csv'), estimateFiles(2)['metrics.csv'] as string)
    const { 'metrics.csv': metrics, 'klines.csv': candles } = estimateFiles(13)
    const good = dumpFolder({ 'dump/metrics.csv': metrics as string, 'dump/klines.csv': candles as string })
    const written = await run(['estimate', '--dump', 'dump', '--every', '1h'], good)
    expect(written.code).toBe(0)
    expect(written.stdout.startsWith(`time,price,long,short\n${START + HOUR_MS},`)).toBe(true)
    const refused = await run(['estimate', '--dump', 'bad', '--every', '1h', '--out', 'out.csv'], folder)
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'faultline: klines.csv:4, field open: the row has 1 fields instead of 12\n',
    })
    expect(existsSync(join(folder, 'out.csv'))).toBe(false)
    expect((await run(['estimate', '--help'], folder)).stdout).toContain('--at <csv>')
  }, 20_000)
})

const dataDir = process.env.FAULTLINE_DATA_DIR
const real = join(dataDir ?? '', 'binance-dump')
describe.runIf(dataDir !== undefined && existsSync(real))('real markets', () => {
  it.each(['ETHUSDT', 'SOLUSDT'])(
    '%s: a map at each full hour',
    async (symbol) => {
      const folder = dumpFolder({})
      for (const name of readdirSync(real)) if (name.startsWith(symbol)) symlinkSync(join(real, name), join(folder, name))
      const { lines, times } = await estimate(folder, { every: '4h' })
      const span = Date.UTC(2026, 2, 5, 8) - Date.UTC(2025, 11, 1, 4)
      expect(times).toHaveLength(span / (4 * HOUR_MS) + 1)
      expect(times.every((time) => time % (4 * HOUR_MS) === 0)).toBe(true)
      const perTime = (lines.length - 1) / times.length
      expect(perTime).toBeGreaterThan(300)
      expect(perTime).toBeLessThan(1400)
    },
    60_000,
  )
})
