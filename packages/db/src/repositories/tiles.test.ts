import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import type { Column } from '@faultline/market/column'
import { resolutionsOf } from '@faultline/market/resolution'
import { COLUMN_STATE, type Tile } from '@faultline/market/tile'
import { tileEnd, tileFromColumns, tileIndexOf, tileStart } from '@faultline/market/tile-build'
import { decodeTile, encodeTile } from '@faultline/market/tile-codec'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeInstrument, START, sampleColumn } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { appendColumns, startBuild } from './builds.ts'
import { acquireLease } from './leases.ts'
import { closeTiles, readTile } from './tiles.ts'

const t = freshDatabase()

async function builtFrom(columns: Column[], bucketMs: number) {
  const instrument = await makeInstrument(t.db)
  const lease = await acquireLease(t.db, instrument.id, 'worker', 60_000)
  const build = await startBuild(t.db, lease, { modelVersion: 'test-1', bucketMs })
  const append = (more: Column[]) =>
    appendColumns(t.db, lease, {
      buildId: build.id,
      columns: more,
      checkpoint: new Uint8Array(1),
      checkpointBucket: more.at(-1)?.bucketStart ?? START,
    })
  await append(columns)
  return { buildId: build.id, append }
}
/** Tiles are compared by what they hold and a digest of all their bytes: a difference of a megabyte helps nobody. */
const shown = (tile: Tile) => ({
  startTime: tile.startTime,
  bins: [tile.firstBin, tile.binCount],
  states: tile.columnState.join(''),
  bytes: createHash('sha256').update(encodeTile(tile)).digest('hex'),
})
const direct = (columns: Column[], resolutionMs: number, index: number) => shown(tileFromColumns({ resolutionMs, index, columns }))
const decoded = async (buildId: number, resolutionMs: number, index: number): Promise<Tile> =>
  decodeTile(gunzipSync((await readTile(t.db, buildId, resolutionMs, index))?.gzip ?? Buffer.alloc(0)))
const read = async (buildId: number, resolutionMs: number, index: number) => {
  const tile = await readTile(t.db, buildId, resolutionMs, index)
  return tile && { closed: tile.closed, etag: tile.etag, tile: shown(decodeTile(gunzipSync(tile.gzip))) }
}
const isStored = async (buildId: number, resolutionMs: number, index: number) =>
  (await t.db.pool.query('select from tile where build_id = $1 and resolution_ms = $2 and tile_index = $3', [buildId, resolutionMs, index]))
    .rowCount === 1

/** Columns whose price and amounts wander, with a hole of a day and a half and single missing buckets. */
function wandering(count: number, bucketMs: number): Column[] {
  const columns: Column[] = []
  for (let i = 0; i < count; i++) {
    const bucketStart = START + i * bucketMs
    if ((bucketStart > START + 6 * DAY_MS && bucketStart < START + 7.5 * DAY_MS) || i % 97 === 5) continue
    columns.push(sampleColumn({ bucketStart, bucketMs, price: 100 * Math.exp(0.3 * Math.sin(i / 700)), bins: 4 }))
  }
  return columns
}

describe.each([
  { bucketMs: MINUTE_MS, count: 9_000 },
  { bucketMs: 5 * MINUTE_MS, count: 14_000 },
  { bucketMs: 4 * HOUR_MS, count: 3_300 },
])('tiles of a build of $bucketMs ms', ({ bucketMs, count }) => {
  const columns = wandering(count, bucketMs)
  const last = columns.at(-1)?.bucketStart as number
  const end = last + bucketMs
  let buildId = 0
  beforeAll(async () => {
    buildId = (await builtFrom(columns, bucketMs)).buildId
  })

  it('equal a direct computation from columns at every resolution, closed and open', async () => {
    expect(await closeTiles(t.db, buildId)).toBeGreaterThan(0)
    expect(await closeTiles(t.db, buildId)).toBe(0)
    for (const resolutionMs of resolutionsOf(bucketMs)) {
      const [from, to] = [tileIndexOf(START, resolutionMs), tileIndexOf(last, resolutionMs)]
      const some = [...new Set([from, from + 1, (from + to) >> 1, to - 1, to])].filter((i) => i >= from && i <= to)
      for (const index of some) {
        const tile = await read(buildId, resolutionMs, index)
        expect(tile?.tile).toEqual(direct(columns, resolutionMs, index))
        expect(tile?.closed).toBe(tileEnd(index, resolutionMs) <= end)
        expect(await isStored(buildId, resolutionMs, index)).toBe(tile?.closed)
      }
      expect(await readTile(t.db, buildId, resolutionMs, from - 1)).toBeNull()
      expect(await readTile(t.db, buildId, resolutionMs, to + 1)).toBeNull()
    }
  })

  it('roll up by the maximum', async () => {
    const [fine, coarse] = resolutionsOf(bucketMs) as [number, number]
    const ratio = coarse / fine
    const index = tileIndexOf(START + 3 * DAY_MS, coarse)
    const tile = await decoded(buildId, coarse, index)
    const x = tile.columnState.indexOf(COLUMN_STATE.complete)
    const start = tile.startTime + x * coarse
    let largest = 0
    for (let i = 0; i < ratio; i++) {
      const time = start + i * fine
      const part = await decoded(buildId, fine, tileIndexOf(time, fine))
      const column = (time - part.startTime) / fine
      for (let row = 0; row < part.binCount; row++) largest = Math.max(largest, part.long[row * 256 + column] as number)
    }
    let cell = 0
    for (let row = 0; row < tile.binCount; row++) cell = Math.max(cell, tile.long[row * 256 + x] as number)
    expect(largest).toBeGreaterThan(0)
    expect(cell).toBe(largest)
  })

  it('never need more than the columns of the finest open tile', async () => {
    const finest = bucketMs
    const { rowCount } = await t.db.pool.query('delete from "column" where build_id = $1 and bucket < to_timestamp($2 / 1000.0)', [
      buildId,
      tileIndexOf(last, finest) * finest * 256,
    ])
    expect(rowCount).toBeGreaterThan(1_000)
    for (const resolutionMs of resolutionsOf(bucketMs)) {
      const index = tileIndexOf(last, resolutionMs)
      expect((await read(buildId, resolutionMs, index))?.tile).toEqual(direct(columns, resolutionMs, index))
    }
  })
})

describe('readTile', () => {
  const FIVE = 5 * MINUTE_MS
  const index = tileIndexOf(START, FIVE)

  it('stores a closed tile when it is first read, and gives an open one anew after each column', async () => {
    const first = wandering(100, FIVE)
    const { buildId, append } = await builtFrom(first, FIVE)
    const open = await read(buildId, FIVE, index)
    expect(open).toMatchObject({ closed: false, tile: direct(first, FIVE, index) })
    expect((await read(buildId, FIVE, index))?.etag).toBe(open?.etag)

    const more = wandering(400, FIVE).slice(first.length)
    await append(more.slice(0, 1))
    const later = await read(buildId, FIVE, index)
    expect(later).toMatchObject({ closed: false, tile: direct([...first, ...more.slice(0, 1)], FIVE, index) })
    expect(later?.etag).not.toBe(open?.etag)

    await append(more.slice(1))
    expect(await isStored(buildId, FIVE, index)).toBe(false)
    const closed = await read(buildId, FIVE, index)
    expect(closed).toMatchObject({ closed: true, etag: `"${buildId}-5m-${index}"`, tile: direct([...first, ...more], FIVE, index) })
    expect(await isStored(buildId, FIVE, index)).toBe(true)
    expect(await read(buildId, FIVE, index)).toEqual(closed)
  })

  it('closes a tile with its very last bucket, not one earlier', async () => {
    const full = index + 1
    const buckets = Array.from({ length: 256 }, (_, i) => sampleColumn({ bucketStart: tileStart(full, FIVE) + i * FIVE }))
    const { buildId, append } = await builtFrom(buckets.slice(0, 255), FIVE)
    expect(await closeTiles(t.db, buildId)).toBe(0)
    expect((await read(buildId, FIVE, full))?.closed).toBe(false)
    await append(buckets.slice(255))
    expect(await closeTiles(t.db, buildId)).toBe(1)
    expect(await read(buildId, FIVE, full)).toMatchObject({ closed: true, tile: direct(buckets, FIVE, full) })
  })

  it('closes only what is new when it is told what was there', async () => {
    const all = wandering(900, FIVE)
    const { buildId, append } = await builtFrom(all.slice(0, 400), FIVE)
    const since = all[399]?.bucketStart as number
    expect(await closeTiles(t.db, buildId)).toBe(1)
    await append(all.slice(400))
    expect(await closeTiles(t.db, buildId, { since })).toBe(2)
    expect(await closeTiles(t.db, buildId)).toBe(0)
  })

  it('gives the same answer to many that ask at once', async () => {
    const columns = wandering(3_000, FIVE)
    const { buildId } = await builtFrom(columns, FIVE)
    const day = tileIndexOf(START, DAY_MS)
    const tiles = await Promise.all(Array.from({ length: 12 }, () => read(buildId, DAY_MS, day)))
    for (const tile of tiles) expect(tile).toEqual(tiles[0])
    expect(tiles[0]?.tile).toEqual(direct(columns, DAY_MS, day))
  })

  it('has nothing for an unknown build, a foreign resolution or a nonsensical number', async () => {
    const { buildId } = await builtFrom(wandering(3, FIVE), FIVE)
    for (const [id, resolutionMs, i] of [
      [999_999, FIVE, index],
      [buildId, MINUTE_MS, tileIndexOf(START, MINUTE_MS)],
      [buildId, 10 * MINUTE_MS, 1],
      [buildId, FIVE, -1],
      [buildId, FIVE, 1.5],
      [buildId, FIVE, 1e12],
      [Number.NaN, FIVE, index],
    ] as const)
      expect(await readTile(t.db, id, resolutionMs, i)).toBeNull()
  })
})
