import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { buildStates } from '../../test/import-files.ts'
import { readDump } from '../dump/read-dump.ts'
import { runBuild } from './build.ts'
import { type StoredMarket, storeDump } from './store-dump.ts'

const folder = join(process.env.FAULTLINE_DATA_DIR ?? '/nowhere', 'binance-dump')
vi.setConfig({ testTimeout: 180_000 })

describe.skipIf(!existsSync(folder))('a real dump', () => {
  const t = freshDatabase()
  const counts = (stored: StoredMarket[]) =>
    stored.map((s) => [
      s.instrument.key,
      ...(['candle', 'openInterest', 'funding'] as const).flatMap((k) => [s.counts[k].inserted, s.counts[k].duplicate]),
    ])

  it('of ETHUSDT and SOLUSDT: every row once, and a column per candle from the first on', async () => {
    const two = mkdtempSync(join(tmpdir(), 'faultline-real-'))
    onTestFinished(() => rmSync(two, { recursive: true }))
    for (const name of readdirSync(folder)) if (/^(ETH|SOL)USDT-/.test(name)) copyFileSync(join(folder, name), join(two, name))
    const dump = await readDump(two)
    expect(dump.skipped).toEqual([])

    const stored = await storeDump(t.db, dump.markets, { holder: 'test' })
    expect(counts(stored)).toEqual([
      ['binance-usdm:ETHUSDT', 27_191, 0, 55_296, 0, 546, 0],
      ['binance-usdm:SOLUSDT', 27_203, 0, 55_296, 0, 546, 0],
    ])
    expect(stored.map((s) => s.gaps.count)).toEqual([0, 0])
    // A week of each: the whole of it takes half a minute and is measured in bench/speed instead.
    for (const { instrument, choice, lease } of stored) {
      await runBuild(t.db, { instrument, build: choice.build, lease, until: Date.UTC(2025, 11, 8) - 300_000 })
      const [state] = await buildStates(t.db, instrument.key)
      expect(state?.build).toMatchObject({ columnCount: 7 * 288 - 1, firstBucket: Date.UTC(2025, 11, 1, 0, 5) })
      await lease.release()
    }

    const again = await storeDump(t.db, dump.markets, { holder: 'test' })
    expect(counts(again)).toEqual([
      ['binance-usdm:ETHUSDT', 0, 27_191, 0, 55_296, 0, 546],
      ['binance-usdm:SOLUSDT', 0, 27_203, 0, 55_296, 0, 546],
    ])
    expect(again.map((s) => [s.choice.how, s.choice.build.generation])).toEqual([
      ['next', 1],
      ['next', 1],
    ])
    for (const { lease } of again) await lease.release()
  })
})
