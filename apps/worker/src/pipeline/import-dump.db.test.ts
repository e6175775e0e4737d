import { startBuild } from '@faultline/db/repositories/builds'
import { eventRange } from '@faultline/db/repositories/events'
import { findInstrument, listInstruments } from '@faultline/db/repositories/instruments'
import { readTile } from '@faultline/db/repositories/tiles'
import { MODEL_VERSION } from '@faultline/engine/estimator/estimator'
import { tileIndexOf } from '@faultline/market/tile-build'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { describe, expect, it, vi } from 'vitest'
import { dumpFolder, START } from '../../test/dump-folder.ts'
import { buildStates, fingerprint, importFiles, onlyBuild } from '../../test/import-files.ts'
import { FIVE_MINUTES, marketFiles } from '../../test/market-files.ts'
import { readDump } from '../dump/read-dump.ts'
import { runBuild } from './build.ts'
import { takeLease } from './held-lease.ts'
import { importDump } from './import-dump.ts'
import { storeDump } from './store-dump.ts'

vi.setConfig({ testTimeout: 60_000 })
const t = freshDatabase()

const BRACKETS = [
  { bracket: 1, initialLeverage: 50, notionalFloor: 0, notionalCap: 10_000, maintMarginRatio: 0.01 },
  { bracket: 2, initialLeverage: 20, notionalFloor: 10_000, notionalCap: 1_000_000, maintMarginRatio: 0.025 },
]
const later = START + 300 * FIVE_MINUTES

/** What an import of exactly these files into an empty database gives. Works under another symbol of the same length. */
async function undisturbed(files: (symbol: string) => Record<string, string>, symbol: string) {
  await importFiles(t.db, files(symbol))
  const { columns, checkpoint, build } = await onlyBuild(t.db, `binance-usdm:${symbol}`)
  return { columns, checkpoint, count: build.columnCount }
}
const contents = async (symbol: string) => {
  const { columns, checkpoint, build } = await onlyBuild(t.db, `binance-usdm:${symbol}`)
  return { columns, checkpoint, count: build.columnCount }
}

describe('a first import', () => {
  it('stores every event once, estimates a column per candle and closes tiles', async () => {
    const report = await importFiles(t.db, marketFiles({ symbol: 'FIRSTUSDT', count: 600 }))
    const [market] = report.markets
    expect(market).toMatchObject({
      key: 'binance-usdm:FIRSTUSDT',
      simulated: false,
      how: 'first',
      columns: 600,
      steps: 600,
      gaps: { count: 0 },
    })
    expect(market?.counts.candle).toEqual({ read: 600, inserted: 600, filled: 0, duplicate: 0 })
    expect(market?.counts.openInterest.inserted).toBe(601)
    expect(market?.counts.longShortRatio.inserted).toBe(601)
    expect(market?.counts.liquidation.inserted).toBeGreaterThan(50)
    const { build } = await onlyBuild(t.db, 'FIRSTUSDT')
    expect(build).toMatchObject({
      generation: 1,
      status: 'complete',
      columnCount: 600,
      firstBucket: START,
      lastBucket: START + 599 * FIVE_MINUTES,
    })
    expect((await listInstruments(t.db)).find((i) => i.symbol === 'FIRSTUSDT')?.currentBuildId).toBe(build.id)
    const index = tileIndexOf(START, FIVE_MINUTES) + 1
    const { rows } = await t.db.pool.query('select from tile where build_id = $1 and resolution_ms = $2 and tile_index = $3', [
      build.id,
      FIVE_MINUTES,
      index,
    ])
    expect(rows.length).toBe(1)
    expect((await readTile(t.db, build.id, FIVE_MINUTES, index))?.closed).toBe(true)
  })

  it('keeps gaps in the candles as gaps, and marks them filled when the candles come', async () => {
    const missing = (i: number) => i === 30 || (i >= 50 && i < 60)
    const report = await importFiles(t.db, marketFiles({ symbol: 'GAPUSDT', count: 100, missing }))
    expect(report.markets[0]?.gaps).toEqual({ count: 2, missingBuckets: 11 })
    const { id } = await findInstrument(t.db, 'GAPUSDT')
    const gaps = async () => {
      const { rows } = await t.db.pool.query(
        'select channel, from_time, to_time, status from gap where instrument_id = $1 order by from_time',
        [id],
      )
      return rows.map((r) => [
        r.channel,
        (r.from_time.getTime() - START) / FIVE_MINUTES,
        (r.to_time.getTime() - START) / FIVE_MINUTES,
        r.status,
      ])
    }
    expect(await gaps()).toEqual([
      ['candle', 30, 31, 'open'],
      ['candle', 50, 60, 'open'],
    ])
    expect((await onlyBuild(t.db, 'GAPUSDT')).build.columnCount).toBe(89)

    await importFiles(t.db, marketFiles({ symbol: 'GAPUSDT', from: START + 50 * FIVE_MINUTES, count: 4 }))
    expect(await gaps()).toEqual([
      ['candle', 30, 31, 'open'],
      ['candle', 50, 54, 'filled'],
      ['candle', 54, 60, 'open'],
    ])
    expect((await onlyBuild(t.db, 'GAPUSDT')).build).toMatchObject({ columnCount: 93, generation: 2 })
  })

  it('files a simulated market under its own venue, with its own margin tiers', async () => {
    // one plain folder, as the simulator writes it
    const plain = Object.entries(marketFiles({ symbol: 'SIMUSDT', count: 50 })).map(([path, text]) => [`${path.split('/')[0]}.csv`, text])
    const files = {
      ...Object.fromEntries(plain),
      'market.json': JSON.stringify({ format: 'faultline-market-1', simulated: true, symbol: 'SIMUSDT', seed: 1, days: 1 }),
      'brackets.json': JSON.stringify(BRACKETS),
    }
    await importFiles(t.db, files)
    const row = await findInstrument(t.db, 'simulated:SIMUSDT')
    expect(row.simulated).toBe(true)
    expect(row.marginTiers?.map((tier) => tier.maxLeverage)).toEqual([50, 20])
  })

  it('stores a market without open interest, and has nothing to estimate', async () => {
    const files = marketFiles({ symbol: 'BAREUSDT', count: 20 })
    const candlesOnly = Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith('klines')))
    const report = await importFiles(t.db, candlesOnly)
    expect(report.markets[0]).toMatchObject({ columns: 0, steps: 20 })
    // the metrics come later: they belong to buckets that were stepped without them
    await importFiles(t.db, files)
    expect(await contents('BAREUSDT')).toEqual(await undisturbed((symbol) => marketFiles({ symbol, count: 20 }), 'BARFUSDT'))
  })
})

describe('a further import', () => {
  it('of the same files changes nothing', async () => {
    const files = marketFiles({ symbol: 'SAMEUSDT', count: 300, missing: (i) => i === 7 })
    await importFiles(t.db, files)
    const before = await fingerprint(t.db)
    const report = await importFiles(t.db, files)
    expect(report.markets[0]).toMatchObject({ how: 'next', steps: 0, columns: 0 })
    expect(report.markets[0]?.counts.candle).toEqual({ read: 299, inserted: 0, filled: 0, duplicate: 299 })
    expect(await fingerprint(t.db)).toEqual(before)
  })

  it('of later data goes on with the build, to the same bytes as one import of all', async () => {
    const whole = (symbol: string) => marketFiles({ symbol, count: 500 })
    await importFiles(t.db, marketFiles({ symbol: 'LATERUSDT', count: 300 }))
    // overlaps by 20 candles, like a monthly file after daily ones
    const report = await importFiles(t.db, marketFiles({ symbol: 'LATERUSDT', from: later - 20 * FIVE_MINUTES, count: 220 }))
    expect(report.markets[0]).toMatchObject({ how: 'next', steps: 200, columns: 200 })
    expect(report.markets[0]?.build.generation).toBe(1)
    expect(await contents('LATERUSDT')).toEqual(await undisturbed(whole, 'LATEAUSDT'))
  })

  it('of older data makes a new generation that replaces the old one', async () => {
    const whole = (symbol: string) => marketFiles({ symbol, count: 500 })
    await importFiles(t.db, marketFiles({ symbol: 'OLDERUSDT', from: later, count: 200 }))
    const report = await importFiles(t.db, marketFiles({ symbol: 'OLDERUSDT', count: 310 }))
    expect(report.markets[0]).toMatchObject({ how: 'again', steps: 500 })
    expect(report.markets[0]?.build).toMatchObject({ generation: 2, status: 'complete' })
    expect(await contents('OLDERUSDT')).toEqual(await undisturbed(whole, 'OLDEAUSDT'))
  })

  it.each([
    [
      'openInterest',
      'metrics',
      'create_time',
      (end: number) => `${new Date(end).toISOString().slice(0, 19).replace('T', ' ')},LATEXUSDT,49000,4900000,,,,`,
    ],
    ['funding', 'fundingRate', 'calc_time', (end: number) => `${end},8,0.0001`],
  ] as const)('of %s stamped at the last bucket’s end makes a new generation', async (kind, folder, _, row) => {
    const symbol = kind === 'funding' ? 'LATEYUSDT' : 'LATEXUSDT'
    const all = marketFiles({ symbol, count: 60 })
    const end = START + 60 * FIVE_MINUTES
    const path = Object.keys(all).find((p) => p.startsWith(folder)) as string
    const lines = (all[path] as string).trimEnd().split('\n')
    await importFiles(t.db, { ...all, [path]: `${lines.slice(0, kind === 'openInterest' ? -1 : undefined).join('\n')}\n` })
    const report = await importFiles(t.db, { ...all, [path]: `${lines[0]}\n${row(end)}\n` })
    expect(report.markets[0]?.counts[kind].inserted).toBe(1)
    expect(report.markets[0]).toMatchObject({ how: 'again', columns: 60 })
  })

  it('that fills in a value which was missing makes a new generation', async () => {
    const files = marketFiles({ symbol: 'FILLUSDT', count: 40 })
    const path = Object.keys(files).find((p) => p.startsWith('klines')) as string
    const without = (files[path] as string).replace(/^((?:[^,\n]*,){9})[\d.]+(,0,0)$/gm, '$1$2')
    await importFiles(t.db, { ...files, [path]: without })
    const report = await importFiles(t.db, files)
    expect(report.markets[0]?.counts.candle).toEqual({ read: 40, inserted: 0, filled: 40, duplicate: 0 })
    expect(report.markets[0]?.how).toBe('again')
  })

  it('with other candles or other margin tiers estimates anew', async () => {
    const hours = (symbol: string) => marketFiles({ symbol, count: 24, intervalMs: 12 * FIVE_MINUTES })
    await importFiles(t.db, marketFiles({ symbol: 'MODEUSDT', count: 60 }))
    const other = await importFiles(t.db, hours('MODEUSDT'))
    expect(other.markets[0]?.reason).toMatch(/candles are 1h long/)
    expect(other.markets[0]?.build.bucketMs).toBe(12 * FIVE_MINUTES)
    const tiers = await importFiles(t.db, { ...hours('MODEUSDT'), 'brackets.json': JSON.stringify(BRACKETS) })
    expect(tiers.markets[0]).toMatchObject({ how: 'again', columns: 24 })
    expect(tiers.markets[0]?.reason).toMatch(/margin tiers/)
    // no brackets this time: those that are stored hold
    expect((await importFiles(t.db, hours('MODEUSDT'))).markets[0]).toMatchObject({ how: 'next', steps: 0 })
  })
})

describe('a contradiction', () => {
  const spoil = (files: Record<string, string>, folder: string, line: number, field: number, value: string) => {
    const path = Object.keys(files).find((p) => p.startsWith(folder)) as string
    const lines = (files[path] as string).split('\n')
    const cells = (lines[line - 1] as string).split(',')
    cells[field] = value
    lines[line - 1] = cells.join(',')
    return { ...files, [path]: lines.join('\n') }
  }

  it('names file, line and field, and leaves the database as it was', async () => {
    await importFiles(t.db, marketFiles({ symbol: 'WRONGUSDT', count: 100 }))
    const before = await fingerprint(t.db)
    const candle = spoil(marketFiles({ symbol: 'WRONGUSDT', count: 120 }), 'klines', 42, 5, '999')
    await expect(importFiles(t.db, candle)).rejects.toMatchObject({
      code: 'bad_input',
      place: { file: 'klines/WRONGUSDT-5m-2024-01.csv', line: 42, field: 'volume' },
      message: expect.stringMatching(/999 here, but [\d.]+ is stored for binance-usdm:WRONGUSDT/),
    })
    const figure = spoil(marketFiles({ symbol: 'WRONGUSDT', count: 120 }), 'metrics', 10, 2, '7')
    await expect(importFiles(t.db, figure)).rejects.toMatchObject({
      place: { file: 'metrics/WRONGUSDT-metrics-2024-01.csv', line: 10, field: 'sum_open_interest' },
    })
    expect(await fingerprint(t.db)).toEqual(before)
    // and the market is free for the next import
    expect((await importFiles(t.db, marketFiles({ symbol: 'WRONGUSDT', count: 120 }))).markets[0]?.columns).toBe(20)
  })

  it('of one market keeps out the others of the same folder', async () => {
    await importFiles(t.db, marketFiles({ symbol: 'TWOUSDT', count: 50 }))
    const before = await fingerprint(t.db)
    const two = {
      ...marketFiles({ symbol: 'ONEUSDT', count: 50 }),
      ...spoil(marketFiles({ symbol: 'TWOUSDT', count: 80 }), 'klines', 3, 5, '1.5'),
    }
    await expect(importFiles(t.db, two)).rejects.toMatchObject({ code: 'bad_input', place: { line: 3 } })
    expect(await fingerprint(t.db)).toEqual(before)
    await expect(findInstrument(t.db, 'ONEUSDT')).rejects.toMatchObject({ code: 'not_found' })
    const brackets = { ...marketFiles({ symbol: 'ONEUSDT', count: 50 }), 'brackets.json': '[{"bracket":1}]' }
    await expect(importFiles(t.db, brackets)).rejects.toThrow(/brackets\.json/)
    expect(await fingerprint(t.db)).toEqual(before)
  })

  it('is none between two markets: both are stored', async () => {
    const two = { ...marketFiles({ symbol: 'PAIRAUSDT', count: 50 }), ...marketFiles({ symbol: 'PAIRBUSDT', count: 60 }) }
    const report = await importFiles(t.db, two)
    expect(report.markets.map((m) => [m.key, m.columns])).toEqual([
      ['binance-usdm:PAIRAUSDT', 50],
      ['binance-usdm:PAIRBUSDT', 60],
    ])
  })
})

describe('an import that was cut off', () => {
  it('after its events were stored is finished by the next one', async () => {
    const files = (symbol: string) => marketFiles({ symbol, count: 200 })
    const dump = await readDump(dumpFolder(files('CUTUSDT')))
    for (const { lease } of await storeDump(t.db, dump.markets, { holder: 'killed' })) await lease.release()
    const [begun] = await buildStates(t.db, 'CUTUSDT')
    expect(begun?.build).toMatchObject({ status: 'building', columnCount: 0 })
    const report = await importFiles(t.db, files('CUTUSDT'))
    expect(report.markets[0]).toMatchObject({ how: 'next', columns: 200 })
    expect(report.markets[0]?.counts.candle.inserted).toBe(0)
    expect(await contents('CUTUSDT')).toEqual(await undisturbed(files, 'CUTAUSDT'))
  })

  it('after older events were stored is finished by the next one: nobody takes the served map for up to date', async () => {
    const files = (symbol: string) => marketFiles({ symbol, count: 200 })
    await importFiles(t.db, marketFiles({ symbol: 'HALFUSDT', from: START + 100 * FIVE_MINUTES, count: 100 }))
    const dump = await readDump(dumpFolder(files('HALFUSDT')))
    for (const { lease } of await storeDump(t.db, dump.markets, { holder: 'killed' })) await lease.release()
    const states = await buildStates(t.db, 'HALFUSDT')
    expect(states.map(({ build }) => [build.generation, build.status, build.columnCount])).toEqual([
      [2, 'building', 0],
      [1, 'complete', 100],
    ])
    expect(states[1]?.checkpoint).toBe(null)
    expect((await findInstrument(t.db, 'HALFUSDT')).currentBuildId).toBe(states[1]?.build.id)
    const report = await importFiles(t.db, files('HALFUSDT'))
    expect(report.markets[0]).toMatchObject({ how: 'next', columns: 200 })
    expect(report.markets[0]?.build).toMatchObject({ generation: 2, status: 'complete' })
    expect(await contents('HALFUSDT')).toEqual(await undisturbed(files, 'HALFAUSDT'))
  })

  it.each([
    ['goes on where nothing changed', 250, 'next', 1],
    ['begins anew where older data came', 0, 'again', 2],
  ] as const)('half-way through its columns %s', async (_, from, how, generation) => {
    const symbol = how === 'next' ? 'GOONUSDT' : 'ANEWUSDT'
    const dump = await readDump(dumpFolder(marketFiles({ symbol, from: START + 50 * FIVE_MINUTES, count: 200 })))
    for (const { instrument, choice, lease } of await storeDump(t.db, dump.markets, { holder: 'killed' })) {
      await runBuild(t.db, { instrument, build: choice.build, lease, until: START + 150 * FIVE_MINUTES })
      await lease.release()
    }
    const report = await importFiles(t.db, marketFiles({ symbol, from: START + from * FIVE_MINUTES, count: 50 }))
    expect(report.markets[0]).toMatchObject({ how })
    expect(report.markets[0]?.build).toMatchObject({ generation, status: 'complete' })
    const start = Math.min(50, from)
    const count = Math.max(250, from + 50) - start
    expect(await contents(symbol)).toEqual(
      await undisturbed((s) => marketFiles({ symbol: s, from: START + start * FIVE_MINUTES, count }), `X${symbol}`),
    )
  })

  it('rebuild that was killed is cleared away where the served map can go on', async () => {
    await importFiles(t.db, marketFiles({ symbol: 'LEFTUSDT', count: 60 }))
    const instrument = await findInstrument(t.db, 'LEFTUSDT')
    const lease = await takeLease(t.db, instrument.id, { holder: 'killed' })
    await startBuild(t.db, lease.lease, { modelVersion: MODEL_VERSION, bucketMs: FIVE_MINUTES })
    await lease.release()
    await importFiles(t.db, marketFiles({ symbol: 'LEFTUSDT', count: 70 }))
    expect((await onlyBuild(t.db, 'LEFTUSDT')).build).toMatchObject({ generation: 1, columnCount: 70 })
  })
})

describe('two at once', () => {
  it('the second is told who writes, and changes nothing', async () => {
    await importFiles(t.db, marketFiles({ symbol: 'BUSYUSDT', count: 60 }))
    const { id } = await findInstrument(t.db, 'BUSYUSDT')
    const held = await takeLease(t.db, id, { holder: 'the import of somebody else', ttlMs: 2_000 })
    const before = await fingerprint(t.db)
    const dump = await readDump(dumpFolder(marketFiles({ symbol: 'BUSYUSDT', count: 90 })))
    await expect(importDump(t.db, dump, { leaseMs: 400 })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('the import of somebody else'),
    })
    expect(await fingerprint(t.db)).toEqual(before)
    await held.release()
    expect((await importDump(t.db, dump)).markets[0]?.columns).toBe(30)
  })

  it('the lease of a holder that was killed is waited for', async () => {
    await importFiles(t.db, marketFiles({ symbol: 'DEADUSDT', count: 60 }))
    const { id } = await findInstrument(t.db, 'DEADUSDT')
    await t.db.pool.query(
      `update lease set holder = 'killed', expires_at = clock_timestamp() + interval '500 ms' where instrument_id = $1`,
      [id],
    )
    const waited: string[] = []
    const dump = await readDump(dumpFolder(marketFiles({ symbol: 'DEADUSDT', count: 90 })))
    const progress = { update: () => undefined, note: (text: string) => waited.push(text), end: async () => undefined }
    expect((await importDump(t.db, dump, { progress })).markets[0]?.columns).toBe(30)
    expect(waited.join()).toContain('killed')
  })

  it('of a new market: one makes it, neither is lost', async () => {
    const dump = await readDump(dumpFolder(marketFiles({ symbol: 'RACEUSDT', count: 80 })))
    const outcomes = await Promise.allSettled([
      importDump(t.db, dump, { holder: 'one', leaseMs: 3_000 }),
      importDump(t.db, dump, { holder: 'two', leaseMs: 3_000 }),
    ])
    expect(outcomes.filter((o) => o.status === 'fulfilled').length).toBeGreaterThan(0)
    for (const o of outcomes) if (o.status === 'rejected') expect(o.reason).toMatchObject({ code: 'conflict' })
    expect((await onlyBuild(t.db, 'RACEUSDT')).build.columnCount).toBe(80)
    const { id } = await findInstrument(t.db, 'RACEUSDT')
    expect((await eventRange(t.db, id, 'candle'))?.count).toBe(80)
  })
})
