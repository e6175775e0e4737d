import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { csv, dumpFolder } from '../../test/dump-folder.ts'
import { runCli } from '../../test/run-cli.ts'
import { type CascadeCommandOptions, runCascade } from './cascade.ts'

// Price 100, ten coins on each bid and ask. A fall by 2 % eats 99 and 98; 700 USD of longs are triggered and fit into the 970 at 97;
// there 400 more are triggered, 1100 in all: 130 of the 960 at 96.
const MAP = csv('time,price,long,short', '1700000000000,98.5,300,0', '1700000000000,97.2,400,0', '1700000000000,98,400,0')
const BOOK = csv('price,size', '97,10', '99,10', '98,10', '96,10', '101,10', '102,10')
const EXPECTED = {
  endPrice: 96,
  liquidatedUsd: 1100,
  steps: [
    { price: 97, liquidatedUsd: 700 },
    { price: 96, liquidatedUsd: 400 },
  ],
}

async function cascade(files: { map?: string | Uint8Array; book?: string; mapName?: string }, over: Partial<CascadeCommandOptions> = {}) {
  const mapName = files.mapName ?? 'map.csv'
  const folder = dumpFolder({ [mapName]: files.map ?? MAP, 'book.csv': files.book ?? BOOK })
  let [out, notes] = ['', '']
  const options = { price: '100', shock: '-2', passThrough: '1', json: true, ...over }
  await runCascade(
    { map: join(folder, mapName), book: join(folder, 'book.csv'), ...options },
    (text) => {
      out += text
    },
    (text) => {
      notes += text
    },
  )
  return { out, notes }
}

describe('cascade', () => {
  it('prints one line of JSON, whatever the order of the rows, with bands or packed', async () => {
    expect(JSON.parse((await cascade({})).out)).toEqual(EXPECTED)
    expect((await cascade({})).notes).toBe('')
    const lines = MAP.trimEnd().split('\n')
    const bands = csv(
      `${lines[0]},long_p10,long_p50,long_p90,short_p10,short_p50,short_p90`,
      ...lines.slice(1).map((l) => `${l},1,2,3,0,0,0`),
    )
    expect(JSON.parse((await cascade({ map: bands })).out)).toEqual(EXPECTED)
    expect(JSON.parse((await cascade({ map: gzipSync(MAP), mapName: 'map.csv.gz' })).out)).toEqual(EXPECTED)
    expect(JSON.parse((await cascade({ map: MAP.replaceAll('\n', '\r\n') })).out)).toEqual(EXPECTED)
  })

  it('takes a negative shock on the command line', async () => {
    const folder = dumpFolder({ 'map.csv': MAP, 'book.csv': BOOK })
    const args = ['cascade', '--map', 'map.csv', '--book', 'book.csv', '--price', '100', '--pass-through', '1', '--json']
    const { code, stdout, stderr } = await runCli([...args, '--shock', '-2'], { cwd: folder })
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual(EXPECTED)
    const refused = await runCli([...args, '--shock', '0'], { cwd: folder })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/^faultline: .*0 is not a move/)
    expect(refused.stdout).toBe('')
  })

  it('ends at the shock where nothing is triggered, and says it in words without --json', async () => {
    expect(JSON.parse((await cascade({}, { shock: '1.5' })).out)).toEqual({ endPrice: 101.5, liquidatedUsd: 0, steps: [] })
    expect((await cascade({}, { json: false })).out).toBe(
      'round 1: 700 USD liquidated, price at 97 (-3.00 %)\nround 2: 400 USD liquidated, price at 96 (-4.00 %)\n' +
        '1,100 USD liquidated after a shock of -2 %; the price ends at 96 (-4.00 %)\n',
    )
  })

  it('warns where the book runs out, holds nothing on that side, and of what lies behind the price', async () => {
    expect((await cascade({ book: csv('price,size', '97,1') })).notes).toMatch(/exhausted: it holds nothing beyond 97,/)
    expect((await cascade({ book: csv('price,size', '101,1') })).notes).toContain('the book holds no bids below 100')
    expect((await cascade({}, { price: '98.2' })).notes).toContain('left aside: 300 USD')
  })

  it.each<[string, { map?: string; book?: string }, RegExp]>([
    ['several times', { map: `${MAP}1700000300000,97,1,0\n` }, /map\.csv, field time: 2 times \(1700000000000, 1700000300000\)/],
    ['a wrong header', { map: MAP.replace('short', 'shorts') }, /map\.csv:1: the column short is missing/],
    ['an unknown column', { book: csv('price,size,side', '97,1,bid') }, /book\.csv:1: no column "side" is known/],
    ['no header', { book: csv('97,1') }, /book\.csv:1: numbers where the header is expected/],
    ['an empty file', { book: '' }, /book\.csv: the file is empty/],
    ['a book without a level', { book: csv('price,size') }, /book\.csv: no level/],
    ['a negative size', { book: csv('price,size', '97,1', '96,-1') }, /book\.csv:3, field size: -1 is negative/],
    ['a price of zero', { book: csv('price,size', '0,1') }, /book\.csv:2, field price/],
    ['no number', { map: csv('time,price,long,short', '1,98,abc,0') }, /map\.csv:2, field long: "abc"/],
    ['a short row', { map: csv('time,price,long,short', '1,98,5') }, /map\.csv:2: 3 fields where the header has 4/],
    ['a half time', { map: csv('time,price,long,short', '1.5,98,5,0') }, /map\.csv:2, field time/],
  ])('refuses %s with file and line', async (_, files, message) => {
    await expect(cascade(files)).rejects.toThrow(message)
  })

  it.each<[Partial<CascadeCommandOptions>, RegExp]>([
    [{ shock: '-100' }, /-100 % would leave no price/],
    [{ shock: 'two' }, /--shock: "two" is not a number/],
    [{ passThrough: '70' }, /70 is not a share/],
    [{ price: '-1' }, /-1 is not a price/],
    [{ map: '/nowhere/map.csv' }, /--map: \/nowhere\/map\.csv: no such file/],
    [{ book: '/tmp' }, /--book: \/tmp is a folder/],
  ])('refuses %j', async (over, message) => {
    await expect(cascade({}, over)).rejects.toThrow(message)
  })
})
