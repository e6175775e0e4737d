import { inTransaction } from '@faultline/db/database'
import { discardBuild, startBuild } from '@faultline/db/repositories/builds'
import { findInstrument, type InstrumentRow } from '@faultline/db/repositories/instruments'
import { assertLease } from '@faultline/db/repositories/leases'
import { enterSilences } from '@faultline/db/repositories/silences'
import { MODEL_VERSION } from '@faultline/engine/estimator/estimator'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { dumpFolder, START } from '../../test/dump-folder.ts'
import { buildStates, importFiles, onlyBuild } from '../../test/import-files.ts'
import { FIVE_MINUTES, type MarketOptions, marketFiles } from '../../test/market-files.ts'
import { readDump } from '../dump/read-dump.ts'
import { bucketInputs } from './bucket-inputs.ts'
import { runBuild } from './build.ts'
import { takeLease } from './held-lease.ts'
import { storedInputs } from './stored-inputs.ts'

const HOUR = 3_600_000
// A busy machine may take its time.
vi.setConfig({ testTimeout: 60_000 })
const t = freshDatabase()

/** Two days with holes in it: single candles, an hour, and a night that is longer than a chunk; figures come now and then. */
const market: MarketOptions = {
  symbol: 'AAAUSDT',
  count: 576,
  missing: (i) => i === 5 || i === 100 || (i >= 200 && i < 212) || (i >= 300 && i < 420),
  openInterestFrom: START + 50 * FIVE_MINUTES,
  openInterestMissing: (i) => i % 7 > 2 && i !== START / FIVE_MINUTES + 50,
}

describe('storedInputs', () => {
  it('gives the same steps however time is cut and wherever it resumes', async () => {
    await importFiles(t.db, marketFiles(market))
    const { id } = await findInstrument(t.db, 'AAAUSDT')
    const [given] = (await readDump(dumpFolder(marketFiles(market)))).markets
    if (!given) throw new Error('no market')
    const silences = [
      { from: START + 3 * HOUR, to: START + 5 * HOUR + 1 },
      { from: START + 20 * HOUR, to: START + 40 * HOUR },
    ]
    await enterSilences(
      t.db.pool,
      silences.map((silence) => ({ instrumentId: id, ...silence })),
    )
    const whole = [
      ...bucketInputs({
        silences,
        bucketMs: FIVE_MINUTES,
        candles: given.candles.table,
        openInterest: given.openInterest.table,
        funding: given.funding.table,
        ratios: given.ratios.table,
        liquidations: given.liquidations.table,
      }),
    ]
    expect(whole.length).toBe(576 - 134)
    expect(whole.some((input) => input.liquidations) && whole.some((input) => input.longShortRatio)).toBe(true)
    expect(whole.some((input) => input.printsKnown === false)).toBe(true)
    const last = whole.at(-1)?.bucketStart as number

    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: HOUR, max: 60 * HOUR }),
        fc.option(fc.integer({ min: 0, max: whole.length - 1 })),
        async (chunkMs, after) => {
          const resumeFrom = after === null ? undefined : (whole[after]?.bucketStart as number) + FIVE_MINUTES
          const inputs = []
          const options = { instrumentId: id, bucketMs: FIVE_MINUTES, from: START, to: last + FIVE_MINUTES, resumeFrom, chunkMs }
          for await (const chunk of storedInputs(t.db.pool, options)) inputs.push(...chunk)
          expect(inputs).toEqual(whole.slice((after ?? -1) + 1))
        },
      ),
      {
        numRuns: 12,
        examples: [
          [HOUR, 199],
          [7 * FIVE_MINUTES, 290],
          [30 * HOUR, null],
        ],
      },
    )
  })
})

describe('runBuild', () => {
  it('gives the same bytes whatever the batches, the chunks and the points of interruption', async () => {
    await importFiles(t.db, marketFiles({ ...market, symbol: 'BBBUSDT' }))
    const expected = await onlyBuild(t.db, 'BBBUSDT')
    const instrument = await findInstrument(t.db, 'BBBUSDT')

    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            until: fc.integer({ min: 0, max: 600 }).map((i) => START + i * FIVE_MINUTES),
            batchSteps: fc.integer({ min: 1, max: 700 }),
            chunkMs: fc.integer({ min: HOUR, max: 60 * HOUR }),
          }),
          { maxLength: 3 },
        ),
        fc.integer({ min: 20, max: 700 }),
        async (stops, batchSteps) => {
          const lease = await takeLease(t.db, instrument.id, { holder: 'test' })
          const build = await startBuild(t.db, lease.lease, { modelVersion: MODEL_VERSION, bucketMs: FIVE_MINUTES })
          for (const stop of [...stops].sort((a, b) => a.until - b.until))
            await runBuild(t.db, { instrument, build, lease, ...stop, tiles: false })
          await runBuild(t.db, { instrument, build, lease, batchSteps })
          const [made] = await buildStates(t.db, 'BBBUSDT')
          expect({ columns: made?.columns, checkpoint: made?.checkpoint }).toEqual({
            columns: expected.columns,
            checkpoint: expected.checkpoint,
          })
          expect(made?.build.columnCount).toBe(expected.build.columnCount)
          await discardBuild(t.db, lease.lease, build.id)
          await lease.release()
        },
      ),
      { numRuns: 5 },
    )
  })

  it('leaves out buckets without a candle and those before the first open interest', async () => {
    await importFiles(t.db, marketFiles({ ...market, symbol: 'CCCUSDT' }))
    const { build } = await onlyBuild(t.db, 'CCCUSDT')
    // known at the end of bucket 49, which ends as bucket 50 begins
    expect(build.firstBucket).toBe(START + 49 * FIVE_MINUTES)
    expect(build.columnCount).toBe(576 - 49 - 133)
  })

  it('stops between batches, keeps what is written and goes on from there', async () => {
    await importFiles(t.db, marketFiles({ ...market, symbol: 'DDDUSDT' }))
    const expected = await onlyBuild(t.db, 'DDDUSDT')
    const instrument: InstrumentRow = await findInstrument(t.db, 'DDDUSDT')
    const lease = await takeLease(t.db, instrument.id, { holder: 'test' })
    const build = await startBuild(t.db, lease.lease, { modelVersion: MODEL_VERSION, bucketMs: FIVE_MINUTES })
    const controller = new AbortController()
    const stopped = runBuild(t.db, {
      instrument,
      build,
      lease,
      batchSteps: 50,
      signal: controller.signal,
      onProgress: (done) => done > 150 && controller.abort(),
    })
    await expect(stopped).rejects.toMatchObject({ code: 'unavailable' })
    const [half] = await buildStates(t.db, 'DDDUSDT')
    expect(half?.build.columnCount).toBeGreaterThan(50)
    expect(half?.build.columnCount).toBeLessThan(300)
    await runBuild(t.db, { instrument, build, lease })
    const [made] = await buildStates(t.db, 'DDDUSDT')
    expect(made?.columns).toBe(expected.columns)
    await lease.release()
  })

  it('writes nothing once another has taken over', async () => {
    await importFiles(t.db, marketFiles({ ...market, symbol: 'EEEUSDT' }))
    const instrument = await findInstrument(t.db, 'EEEUSDT')
    const slept = await takeLease(t.db, instrument.id, { holder: 'the one that slept', ttlMs: 60_000 })
    const build = await startBuild(t.db, slept.lease, { modelVersion: MODEL_VERSION, bucketMs: FIVE_MINUTES })
    await inTransaction(t.db, (c) =>
      c.query(`update lease set expires_at = now() - interval '1 second' where instrument_id = $1`, [instrument.id]),
    )
    const taken = await takeLease(t.db, instrument.id, { holder: 'the other' })
    await expect(runBuild(t.db, { instrument, build, lease: slept })).rejects.toMatchObject({ code: 'lease_lost' })
    expect((await buildStates(t.db, 'EEEUSDT'))[0]?.build.columnCount).toBe(0)
    await slept.release()
    // giving back a lost lease takes nothing from who holds it now
    await expect(inTransaction(t.db, (c) => assertLease(c, taken.lease))).resolves.toBeUndefined()
    await taken.release()
  })
})
