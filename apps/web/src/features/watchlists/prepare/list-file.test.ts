import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listCsv, listJson, readListFile, UnreadableFile } from './list-file.ts'
import type { Watchlist } from './operations.ts'

const KNOWN = [
  { key: 'binance-usdm:BTCUSDT', symbol: 'BTCUSDT' },
  { key: 'binance-usdm:ETHUSDT', symbol: 'ETHUSDT' },
  { key: 'bybit-linear:BTCUSDT', symbol: 'BTCUSDT' },
  { key: 'market:BTC', symbol: 'BTC' },
]
const listOf = (notes: string[]): Watchlist => ({
  name: 'Mine',
  content: { rows: notes.map((note, i) => ({ instrument: KNOWN[i]?.key ?? '', note })), notes: 'all of it' },
})
const troubles = (text: string, there: string[] = []) =>
  readListFile(text, KNOWN, there).problems.map(({ line, trouble }) => [line, trouble.why])

const note = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom('=', '+', '-', '@', "'", '"', ',', ';', '\t', '\n', '\r', ' ', '#', 'a'), maxLength: 12 }),
)

describe('out and back in', () => {
  it('loses nothing as CSV, whatever the notes', () => {
    fc.assert(
      fc.property(fc.array(note, { minLength: 1, maxLength: 4 }), (notes) => {
        const list = listOf(notes)
        expect(readListFile(listCsv(list), KNOWN)).toEqual({ rows: list.content.rows, problems: [], name: null, notes: null })
      }),
    )
  })
  it('loses nothing as JSON, name and notes too', () => {
    fc.assert(
      fc.property(fc.array(note, { maxLength: 4 }), (notes) => {
        const list = listOf(notes)
        expect(readListFile(listJson(list), KNOWN)).toEqual({
          rows: list.content.rows,
          problems: [],
          name: list.name,
          notes: list.content.notes,
        })
      }),
    )
  })
  it('holds no cell that a spreadsheet would take for a formula', () => {
    fc.assert(
      fc.property(note, (text) => {
        const row = listCsv(listOf([text])).slice('instrument,note\r\nbinance-usdm:BTCUSDT,'.length)
        expect(row).not.toMatch(/^"?\s*[=+\-@]/)
      }),
    )
    expect(listCsv(listOf(['=HYPERLINK("http://x")']))).toContain(`"'=HYPERLINK(""http://x"")"`)
  })
})

describe('reading', () => {
  it('takes keys, symbols that stand for one market, comments, empty lines and a head', () => {
    const text = '\uFEFFSymbol,Note\r\n# mine\n\nBINANCE-USDM:btcusdt, first\n  ETHUSDT\nmarket:BTC,"a, ""b""\nc"\n'
    expect(readListFile(text, KNOWN)).toMatchObject({
      rows: [
        { instrument: 'binance-usdm:BTCUSDT', note: ' first' },
        { instrument: 'binance-usdm:ETHUSDT', note: '' },
        { instrument: 'market:BTC', note: 'a, "b"\nc' },
      ],
      problems: [],
    })
    expect(readListFile('ETHUSDT;one, two; three', KNOWN).rows).toEqual([{ instrument: 'binance-usdm:ETHUSDT', note: 'one, two; three' }])
  })
  it('names each line that it could not take, and why', () => {
    const text = `ETHUSDT,"over
two lines"
nothing:HERE
BTCUSDT
ethusdt
market:BTC,${'x'.repeat(501)}
bybit-linear:BTCUSDT`
    const read = readListFile(text, KNOWN, ['bybit-linear:BTCUSDT'])
    expect(read.rows).toEqual([{ instrument: 'binance-usdm:ETHUSDT', note: 'over\ntwo lines' }])
    expect(read.problems.map(({ line, trouble }) => [line, trouble.why])).toEqual([
      [3, 'unknown'],
      [4, 'several'],
      [5, 'twice'],
      [6, 'note'],
      [7, 'there'],
    ])
    expect(read.problems[1]?.trouble).toEqual({ why: 'several', keys: ['binance-usdm:BTCUSDT', 'bybit-linear:BTCUSDT'] })
    expect(read.problems[3]?.text.length).toBeLessThanOrEqual(200)
  })
  it('names entries of JSON that are no rows', () => {
    expect(troubles('["ETHUSDT", 7, null, {"instrument": 1}, {"instrument": "market:BTC", "note": []}]')).toEqual([
      [2, 'shape'],
      [3, 'shape'],
      [4, 'shape'],
      [5, 'shape'],
    ])
  })
  it('takes no more than there is room for', () => {
    const there = Array.from({ length: 499 }, (_, i) => `x:${i}`)
    expect(troubles('market:BTC\nETHUSDT', there)).toEqual([[2, 'full']])
  })
  it.each([
    ['{"rows": 7}', 1],
    ['{', 1],
    ['[1,', 1],
    ['ETHUSDT\nBTC,"open', 2],
  ])('says that %s cannot be read', (text, line) => {
    expect(() => readListFile(text, KNOWN)).toThrow(UnreadableFile)
    try {
      readListFile(text, KNOWN)
    } catch (error) {
      expect(error).toMatchObject({ line })
    }
  })
  it('never breaks on text that anybody may give', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', '{', '[', 'ETHUSDT', ':', ' ', '\0', '🙂', '\u202e') }),
        (text) => {
          try {
            const { rows, problems } = readListFile(text, KNOWN)
            expect(rows.length).toBeLessThanOrEqual(1)
            for (const { line } of problems) expect(line).toBeGreaterThan(0)
          } catch (error) {
            expect(error).toBeInstanceOf(UnreadableFile)
          }
        },
      ),
    )
  })
})
