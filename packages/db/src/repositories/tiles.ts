/**
 * Tiles of a build: pure functions of its columns. A tile is closed once the build's last bucket reaches its end; closed ones
 * are stored and never change. The open tile of a coarse resolution is composed of closed finer tiles and the finer open
 * one, so at most one tile's worth of columns is read for any tile.
 */
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Column } from '@faultline/market/column'
import { resolutionName, resolutionsOf } from '@faultline/market/resolution'
import { TILE_COLUMNS, type Tile } from '@faultline/market/tile'
import { tileEnd, tileFromColumns, tileFromTiles, tileIndexOf, tileStart } from '@faultline/market/tile-build'
import { decodeTile, encodeTile } from '@faultline/market/tile-codec'
import type { Database, Transaction } from '../database.ts'
import { msOf } from '../sql/binary.ts'
import { type BuildRow, findBuild } from './builds.ts'
import { readColumns } from './columns.ts'

const zip = promisify(gzip)
const unzip = promisify(gunzip)

export interface StoredTile {
  /** encodeTile()'s bytes, gzipped */
  gzip: Buffer
  /** closed tiles never change: cacheable for ever */
  closed: boolean
  /** as in HTTP, quotes included; another one whenever the bytes may be others */
  etag: string
}

type TileBuild = Pick<BuildRow, 'id' | 'instrumentId' | 'bucketMs' | 'firstBucket' | 'lastBucket'>

/**
 * One tile, stored or composed (and stored, if it is closed). Null where there is none: an unknown or retired build, a
 * resolution that the build does not have, an index outside the build's range.
 */
export async function readTile(db: Database, buildId: number, resolutionMs: number, index: number): Promise<StoredTile | null> {
  if (![buildId, resolutionMs, index].every((n) => Number.isInteger(n) && n >= 0 && n <= 0x7fffffff)) return null
  const { rows } = await db.pool.query<TileBuild & { gzip: Buffer | null }>(
    `select b.id, b.instrument_id as "instrumentId", b.bucket_ms as "bucketMs", ${msOf('b.first_bucket')} as "firstBucket",
            ${msOf('b.last_bucket')} as "lastBucket", t.gzip
       from build b
       left join tile t on t.instrument_id = b.instrument_id and t.build_id = b.id and t.resolution_ms = $2 and t.tile_index = $3
      where b.id = $1 and b.status <> 'retired'`,
    [buildId, resolutionMs, index],
  )
  const build = rows[0]
  if (!build || !resolutionsOf(build.bucketMs).includes(resolutionMs) || !overlaps(build, resolutionMs, index)) return null
  const name = `${buildId}-${resolutionName(resolutionMs)}-${index}`
  if (isClosed(build, resolutionMs, index)) {
    const bytes = build.gzip ?? (await compose(db, build, resolutionMs, index)).gzip
    return { gzip: bytes, closed: true, etag: `"${name}"` }
  }
  return { gzip: await openTile(db, build, resolutionMs, index), closed: false, etag: `"${name}-${build.lastBucket?.toString(36)}"` }
}

/**
 * Stores every tile that has become closed, finest resolution first; returns how many. For imports, and after appending:
 * `since`, the build's last bucket at an earlier call, spares looking at what was closed then.
 */
export async function closeTiles(db: Database, buildId: number, options: { since?: number } = {}): Promise<number> {
  const build = await findBuild(db, buildId)
  if (!build || build.status === 'retired' || build.firstBucket === null || build.lastBucket === null) return 0
  let made = 0
  for (const resolutionMs of resolutionsOf(build.bucketMs)) {
    const first = tileIndexOf(Math.max(build.firstBucket, options.since ?? build.firstBucket), resolutionMs)
    if (!isClosed(build, resolutionMs, first)) continue
    const { rows } = await db.pool.query<{ index: number }>(
      'select tile_index as index from tile where instrument_id = $1 and build_id = $2 and resolution_ms = $3 and tile_index >= $4',
      [build.instrumentId, build.id, resolutionMs, first],
    )
    const stored = new Set(rows.map((r) => r.index))
    for (let index = first; isClosed(build, resolutionMs, index); index++) {
      if (stored.has(index)) continue
      await compose(db, build, resolutionMs, index)
      made++
    }
  }
  return made
}

/** Closed tiles that lie before `before`, of columns that were copied from one build to another (copyColumns() of builds.ts). */
export async function copyTiles(client: Transaction, copy: { from: number; to: number; before: number }): Promise<void> {
  await client.query(
    `insert into tile (instrument_id, build_id, resolution_ms, tile_index, gzip)
     select t.instrument_id, $2, t.resolution_ms, t.tile_index, t.gzip from tile t join build b on b.instrument_id = t.instrument_id
      where b.id = $1 and t.build_id = $1 and (t.tile_index + 1)::bigint * t.resolution_ms * ${TILE_COLUMNS} <= $3
     on conflict do nothing`,
    [copy.from, copy.to, copy.before],
  )
}

const overlaps = (build: TileBuild, resolutionMs: number, index: number): boolean =>
  build.firstBucket !== null &&
  build.lastBucket !== null &&
  tileStart(index, resolutionMs) <= build.lastBucket &&
  tileEnd(index, resolutionMs) > build.firstBucket

const isClosed = (build: TileBuild, resolutionMs: number, index: number): boolean =>
  build.lastBucket !== null && tileEnd(index, resolutionMs) <= build.lastBucket + build.bucketMs

interface Composed {
  tile: Tile
  gzip: Buffer
}

/** Makes a tile of the next finer ones, or of columns at the finest resolution; stores it if it is closed. */
async function compose(db: Database, build: TileBuild, resolutionMs: number, index: number): Promise<Composed> {
  const resolutions = resolutionsOf(build.bucketMs)
  const finerMs = resolutions[resolutions.indexOf(resolutionMs) - 1]
  const tile =
    finerMs === undefined
      ? tileFromColumns({ resolutionMs, index, columns: await columnsOf(db, build, resolutionMs, index) })
      : tileFromTiles({ resolutionMs, index, finer: await finerTiles(db, build, resolutionMs, index, finerMs) })
  const bytes = await zip(encodeTile(tile))
  if (isClosed(build, resolutionMs, index)) await store(db, build, resolutionMs, index, bytes)
  return { tile, gzip: bytes }
}

async function columnsOf(db: Database, build: TileBuild, resolutionMs: number, index: number): Promise<Column[]> {
  // The end is the build's as it was when we looked: a column that arrives meanwhile belongs to the next look.
  const to = Math.min(tileEnd(index, resolutionMs), (build.lastBucket as number) + 1)
  const columns: Column[] = []
  for await (const c of readColumns(db, build, { from: tileStart(index, resolutionMs), to, batch: TILE_COLUMNS })) columns.push(c)
  return columns
}

async function finerTiles(db: Database, build: TileBuild, resolutionMs: number, index: number, finerMs: number): Promise<Tile[]> {
  const ratio = resolutionMs / finerMs
  const indexes = Array.from({ length: ratio }, (_, i) => index * ratio + i).filter((i) => overlaps(build, finerMs, i))
  const { rows } = await db.pool.query<{ index: number; gzip: Buffer }>(
    `select tile_index as index, gzip from tile
      where instrument_id = $1 and build_id = $2 and resolution_ms = $3 and tile_index between $4 and $5`,
    [build.instrumentId, build.id, finerMs, index * ratio, (index + 1) * ratio - 1],
  )
  const stored = new Map(rows.map((r) => [r.index, r.gzip]))
  const tiles: Tile[] = []
  for (const i of indexes) {
    const bytes = stored.get(i)
    tiles.push(bytes ? decodeTile(await unzip(bytes)) : (await compose(db, build, finerMs, i)).tile)
  }
  return tiles
}

/** Nothing is stored for a build that was retired meanwhile: its contents are gone, and nobody would clean up after us. */
async function store(db: Database, build: TileBuild, resolutionMs: number, index: number, bytes: Buffer): Promise<void> {
  await db.pool.query(
    `with live as (select id, instrument_id from build where id = $1 and status <> 'retired' for share)
     insert into tile (instrument_id, build_id, resolution_ms, tile_index, gzip)
     select instrument_id, id, $2, $3, $4 from live on conflict do nothing`,
    [build.id, resolutionMs, index, bytes],
  )
}

/**
 * After each new column every open page asks for the same few open tiles: they are composed once per last bucket, and those
 * who ask meanwhile wait for the same answer.
 */
const OPEN_TILES_KEPT = 64
const openTiles = new WeakMap<Database, Map<string, Promise<Buffer>>>()

async function openTile(db: Database, build: TileBuild, resolutionMs: number, index: number): Promise<Buffer> {
  const kept = openTiles.get(db) ?? new Map<string, Promise<Buffer>>()
  openTiles.set(db, kept)
  const key = `${build.id}/${resolutionMs}/${index}/${build.lastBucket}`
  const found = kept.get(key)
  if (found) return found
  const made = compose(db, build, resolutionMs, index).then((c) => c.gzip)
  kept.set(key, made)
  made.catch(() => kept.delete(key))
  for (const oldest of kept.keys()) {
    if (kept.size <= OPEN_TILES_KEPT) break
    kept.delete(oldest)
  }
  return made
}
