import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { type MarginCommandOptions, runMargin } from './margin.ts'

const BRACKETS = [
  { bracket: 1, initialLeverage: 100, notionalCap: 50_000, notionalFloor: 0, maintMarginRatio: 0.005, cum: 0 },
  { bracket: 2, initialLeverage: 20, notionalCap: 1_000_000, notionalFloor: 50_000, maintMarginRatio: 0.025, cum: 1_000 },
]
const LONG: MarginCommandOptions = { venue: 'binance', side: 'long', entry: '30000', size: '1', leverage: '10', json: true }

async function told(options: Partial<MarginCommandOptions>): Promise<{ answer: string; notes: string[] }> {
  const [lines, notes]: [string[], string[]] = [[], []]
  await runMargin(
    { ...LONG, ...options },
    async (line) => void lines.push(line),
    (text) => notes.push(text),
  )
  expect(lines).toHaveLength(1)
  return { answer: lines[0] as string, notes }
}
const priced = async (options: Partial<MarginCommandOptions>) =>
  JSON.parse((await told(options)).answer) as { liquidationPrice: number | null; bankruptcyPrice: number; maintMarginRatio: number }

const FILES = {
  'wrapped.json': JSON.stringify([{ symbol: 'XUSDT', brackets: BRACKETS }]),
  'bare.json': JSON.stringify(BRACKETS),
  'object.json': JSON.stringify({ symbol: 'XUSDT', brackets: BRACKETS }),
  'two.json': JSON.stringify([
    { symbol: 'XUSDT', brackets: BRACKETS },
    { symbol: 'YUSDT', brackets: BRACKETS.slice(0, 1) },
  ]),
  'flat.json': JSON.stringify(BRACKETS.map((bracket) => ({ ...bracket, cum: 0 }))),
  'uneven.json': JSON.stringify([{ ...BRACKETS[0], maintMarginRatio: 0.004 }]),
  'hole.json': JSON.stringify([BRACKETS[0], { ...BRACKETS[1], notionalFloor: 60_000 }]),
  'broken.json': '[{',
}
const folder = mkdtempSync(join(tmpdir(), 'faultline-margin-'))
for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text)
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string) => join(folder, name)

describe('margin', () => {
  it('prints the three figures and nothing else, in the tier of the notional at liquidation', async () => {
    // 54,000 at entry is the second tier, 48,844 at liquidation the first.
    const { answer, notes } = await told({ size: '1.8', brackets: file('bare.json') })
    expect(answer).toMatch(/^\{"liquidationPrice":27135\.678\d+,"bankruptcyPrice":27000,"maintMarginRatio":0\.005\}$/)
    expect(JSON.parse(answer).liquidationPrice).toBeCloseTo(27_000 / 0.995, 8)
    expect(notes).toEqual([])
    const short = await priced({ side: 'short', size: '2', brackets: file('bare.json') })
    expect(short.liquidationPrice).toBeCloseTo((2 * 33_000 + 1_000) / (2 * 1.025), 8)
    expect(short).toMatchObject({ bankruptcyPrice: 33_000, maintMarginRatio: 0.025 })
  })

  it('reads the brackets wrapped, bare, as one object, and one symbol of several', async () => {
    const bare = await priced({ size: '5', brackets: file('bare.json') })
    expect(bare.liquidationPrice).toBeCloseTo((5 * 27_000 - 1_000) / (5 * 0.975), 8)
    for (const name of ['wrapped.json', 'object.json']) expect(await priced({ size: '5', brackets: file(name) })).toEqual(bare)
    expect(await priced({ size: '5', brackets: file('two.json'), symbol: 'XUSDT' })).toEqual(bare)
    // Where the file deducts nothing, the whole position is under the ratio of its tier.
    expect((await priced({ size: '5', brackets: file('flat.json') })).liquidationPrice).toBeCloseTo(27_000 / 0.975, 8)
  })

  it('follows the rules of each venue', async () => {
    const at = async (venue: string, takerFee?: string) =>
      (await priced({ venue, brackets: file('bare.json'), ...(takerFee ? { takerFee } : {}) })).liquidationPrice
    for (const venue of ['binance', 'bybit', 'Hyperliquid']) expect(await at(venue)).toBeCloseTo(27_000 / 0.995, 8)
    for (const venue of ['okx', 'gate']) {
      expect(await at(venue)).toBeCloseTo(27_000 / (0.995 - 0.0005), 8)
      expect(await at(venue, '0.001')).toBeCloseTo(27_000 / 0.994, 8)
      expect(await at(venue, '0')).toBeCloseTo(27_000 / 0.995, 8)
    }
  })

  it('takes a dated default table without brackets, and says which', async () => {
    const btc = await told({ entry: '60000', size: '0.5', leverage: '20' })
    expect(JSON.parse(btc.answer).liquidationPrice).toBeCloseTo(57_000 / 0.996, 8)
    expect(btc.notes).toEqual([expect.stringMatching(/tiers: Binance.*2024-10-24, BTCUSDT.*--brackets/)])
    expect((await priced({ venue: 'hyperliquid', symbol: 'ETH' })).maintMarginRatio).toBe(0.02)
    expect((await told({ venue: 'okx' })).notes[0]).toMatch(/standing in/)
  })

  it('gives null where no price liquidates', async () => {
    expect((await told({ leverage: '1', brackets: file('bare.json') })).answer).toBe(
      '{"liquidationPrice":null,"bankruptcyPrice":0,"maintMarginRatio":0.005}',
    )
    const { json: _, ...plain } = LONG
    await runMargin({ ...plain, leverage: '1', brackets: file('bare.json') }, async (line) => expect(line).toContain('liquidation never,'))
  })

  it('has a sentence for people', async () => {
    const { json: _, ...plain } = LONG
    await runMargin({ ...plain, brackets: file('bare.json') }, async (line) =>
      expect(line).toBe(
        'binance long 1 at 30000, 10× isolated: liquidation 27135.678 (−9.548 %), bankruptcy 27000, maintenance 0.5 % (tier 0–50,000 USD, up to 100×)',
      ),
    )
  })

  it('says beside the answer what the table would not have allowed, and what it did not use', async () => {
    const notes = async (options: Partial<MarginCommandOptions>) => (await told({ brackets: file('bare.json'), ...options })).notes.join()
    expect(await notes({ size: '2', leverage: '25' })).toMatch(/60,000 USD may be opened at up to 20×.*not at 25×/)
    expect(await notes({ size: '50' })).toMatch(/larger than the last tier allows \(1,000,000\)/)
    expect(await notes({ takerFee: '0.0005' })).toMatch(/--taker-fee changes nothing/)
    expect(await notes({ venue: 'hyperliquid', brackets: file('uneven.json') })).toMatch(/0\.5 % at 100×, not the 0\.4 %/)
  })

  it.each<[Partial<MarginCommandOptions>, RegExp]>([
    [{ venue: 'mtgox' }, /^--venue mtgox: .*binance \| bybit \| okx/],
    [{ side: 'up' }, /^--side up: choose long or short/],
    [{ entry: '0' }, /^--entry: 0 is not a positive number/],
    [{ entry: '1,000' }, /^--entry 1,000: is not a number/],
    [{ size: '-1' }, /^--size: -1 is not/],
    [{ size: '' }, /^--size : is not a number/],
    [{ leverage: '0.5' }, /^--leverage: 0\.5 is not a number of at least 1/],
    [{ leverage: '0x10' }, /^--leverage 0x10/],
    [{ leverage: '101' }, /^--leverage 101: no tier allows more than 100×/],
    [{ leverage: '100', size: '30' }, /^--leverage: at 100×.*as it opens.*at most 20×/],
    [{ takerFee: '5%' }, /^--taker-fee 5%/],
    [{ takerFee: '0.05' }, /^--taker-fee: 0\.05 .*0\.0005/],
    [{ brackets: file('none.json') }, /^--brackets .*none\.json: cannot be read \(ENOENT\)/],
    [{ brackets: file('broken.json') }, /^--brackets .*broken\.json: is not JSON/],
    [{ brackets: file('hole.json') }, /^--brackets .*hole\.json: .*leaves a hole/],
    [{ brackets: file('two.json') }, /several symbols; name one with --symbol/],
  ])('refuses %o', async (wrong, message) => {
    await expect(told({ brackets: file('bare.json'), ...wrong })).rejects.toThrow(message)
  })

  it('is a command: figures to standard output, what is wrong to standard error with exit code 1', async () => {
    const run = (...args: string[]) =>
      promisify(execFile)(process.execPath, [join(import.meta.dirname, 'main.ts'), 'margin', ...args], {
        cwd: folder,
        env: { ...process.env, INIT_CWD: folder },
      }).then(
        ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
        (error: { code: number; stdout: string; stderr: string }) => error,
      )
    const position = ['--venue', 'bybit', '--side', 'long', '--entry', '30000', '--size', '1', '--brackets', 'bare.json', '--json']
    const good = await run(...position, '--leverage', '10')
    expect(good).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(good.stdout).liquidationPrice).toBeCloseTo(27_000 / 0.995, 8)
    expect(await run(...position, '--leverage', '500')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'faultline: --leverage 500: no tier allows more than 100× in bare.json\n',
    })
  }, 20_000)
})
