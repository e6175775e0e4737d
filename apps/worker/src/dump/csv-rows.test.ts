import fc from 'fast-check'
import { expect, it } from 'vitest'
import { csvRows, splitRows } from './csv-rows.ts'
import type { InputFile } from './input-files.ts'

const fileOf = (bytes: Buffer, chunkSize: number): InputFile => ({
  path: 'x.csv',
  bytes: bytes.length,
  async *open() {
    for (let i = 0; i < bytes.length; i += chunkSize) yield bytes.subarray(i, i + chunkSize)
  },
})

async function allRows(file: InputFile): Promise<string[][]> {
  const rows: string[][] = []
  for await (const batch of csvRows(file)) {
    expect(batch.firstLine).toBe(rows.length + 1)
    rows.push(...batch.rows)
  }
  return rows
}

const field = fc.stringMatching(/^[a-z0-9.:_ -]{0,6}$/)
const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 20 })

it('gives the same rows however the bytes are cut, ended and quoted', async () => {
  await fc.assert(
    fc.asyncProperty(
      table,
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      fc.boolean(),
      async (rows, chunk, end, quotes, last) => {
        const lines = rows.map((row, i) => row.map((f) => (quotes && i % 2 === 0 ? `"${f}"` : f)).join(','))
        const text = lines.join(end) + (last ? end : '')
        expect(await allRows(fileOf(Buffer.from(text), chunk))).toEqual(rows)
      },
    ),
    { numRuns: 200 },
  )
})

it('counts blank lines, so that every row keeps its line', async () => {
  expect(await allRows(fileOf(Buffer.from('a,b\n\n1,2\r\n\r\n'), 3))).toEqual([['a', 'b'], [''], ['1', '2'], ['']])
  expect(splitRows('"a",b\n\n1,2\n', 'x.csv', 1)).toEqual([['a', 'b'], [''], ['1', '2']])
})

it('drops a byte order mark and nothing else', async () => {
  expect(await allRows(fileOf(Buffer.from('\ufeffa,b\n\ufeffc,d'), 7))).toEqual([
    ['a', 'b'],
    ['\ufeffc', 'd'],
  ])
})

it('names the line of a broken quote', () => {
  expect(() => splitRows('1,2\n"3,4\n5,6\n', 'x.csv', 10)).toThrow('x.csv:11: a quote')
  expect(() => splitRows('1,2\n3,"4"5\n', 'x.csv', 10)).toThrow('x.csv:11: a quote')
  expect(() => splitRows('1,2\n3,"4\n5"\n', 'x.csv', 10)).toThrow('x.csv:11: a quote')
})

it('refuses binary data', async () => {
  await expect(allRows(fileOf(Buffer.from([49, 44, 50, 10, 0, 10]), 4))).rejects.toThrow('x.csv:2: binary data')
})
