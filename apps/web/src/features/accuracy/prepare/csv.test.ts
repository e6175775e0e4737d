import { expect, it } from 'vitest'
import { csvOf, SCORE_TABLES, scoreTable } from './csv.ts'
import { accuracy, group, market, marketDay } from './samples.ts'

it('quotes what would break a line, and lets no text become a formula', () => {
  const hostile = ['=HYPERLINK("http://evil")', '+1', '-1', '@sum', '\t=1', ' =1', 'a,b', 'a"b', 'a\nb', '']
  const [line = ''] = [csvOf([hostile])]
  expect(line).toBe(`"'=HYPERLINK(""http://evil"")",'+1,'-1,'@sum,'\t=1,' =1,"a,b","a""b","a\nb",\r\n`)
  expect(csvOf([[-0.5, 1e21, null, Number.NaN, true]])).toBe('-0.5,1e+21,,,true\r\n')
})

it('has the figures of the page, simulated markets named as such', () => {
  const real = market('binance-usdm:BTCUSDT', { daily: [marketDay(0, 8)], forecasts: { count: 9, brier: 0.1, brierSkill: -0.2 } })
  const given = accuracy({
    real: group(false, { markets: [real], reliability: [{ from: 0.1, to: 0.2, count: 9, said: 0.15, came: 0.2, low: null, high: null }] }),
    simulated: group(true, { markets: [market('simulated:=SUM(A1)')] }),
  })
  const rows = scoreTable('markets', [given, { ...given, horizonMs: 900_000 }])
  expect(rows).toHaveLength(1 + 2 * 2 * 5)
  const [head = [], ...lines] = rows
  const named = (row: readonly unknown[] = []) => Object.fromEntries(head.map((name, i) => [name, row[i]]))
  expect(named(lines[1])).toEqual({
    instrument: 'binance-usdm:BTCUSDT',
    simulated: false,
    model: 'test-1',
    horizon_minutes: 60,
    from: '2024-01-01T00:00:00.000Z',
    to: '2024-01-08T00:00:00.000Z',
    windows: 700,
    liquidations: 280,
    days: 7,
    days_missing: 0,
    uncovered_windows: 3,
    replayed_windows: 2,
    null: 'distanceOnly',
    null_liquidations: 100,
    gain_nats: 0.4,
    gain_low: 0.4 - 0.1,
    gain_high: 0.5,
    forecasts: 9,
    brier: 0.1,
    brier_skill: -0.2,
  })
  expect(named(lines[5])).toMatchObject({ simulated: true })
  expect(named(lines[10])).toMatchObject({ horizon_minutes: 15 })
  expect(named(lines[4])).toMatchObject({ null: 'ladder', gain_nats: null })
  expect(scoreTable('days', [given])[1]).toEqual(['binance-usdm:BTCUSDT', false, 'test-1', 60, '2024-01-01', 'distanceOnly', 40, 8, 0.2])
  expect(scoreTable('reliability', [given])[1]).toEqual([false, 60, 0.1, 0.2, 9, 0.15, 0.2, null, null])
  for (const table of SCORE_TABLES)
    for (const row of scoreTable(table, [given])) expect(row).toHaveLength(scoreTable(table, [])[0]?.length ?? 0)
})
