import { binCentrePrice, binLowerPrice, binOf } from '@faultline/market/price-grid'
import { COLUMN_STATE, TILE_COLUMNS, type Tile } from '@faultline/market/tile'
import { tileFromTiles } from '@faultline/market/tile-build'
import { byteToUsd } from '@faultline/market/usd-scale'
import { describe, expect, it } from 'vitest'
import { composeTiles } from './compose-tiles.ts'
import type { HeatGridPair } from './heat-grid.ts'
import type { CandleRow } from './heatmap-data.ts'
import { sweepsOf } from './sweeps.ts'

const MINUTE = 60_000
const FIRST = binOf(2000)

/** A column per minute; `level` rows hold byte 120 of shorts until they are reached, at column `reached` with the candle's high on them. */
function market(level: number, reached: number, columns = TILE_COLUMNS): { tile: Tile; rows: CandleRow[] } {
  const bins = 60
  const tile: Tile = {
    resolutionMs: MINUTE,
    startTime: 0,
    firstBin: FIRST,
    binCount: bins,
    columnState: new Uint8Array(TILE_COLUMNS).fill(COLUMN_STATE.complete, 0, columns),
    long: new Uint8Array(TILE_COLUMNS * bins),
    short: new Uint8Array(TILE_COLUMNS * bins),
  }
  const rows: CandleRow[] = []
  for (let c = 0; c < columns; c++) {
    const high = c < reached ? level - 5 : level
    rows.push([c * MINUTE, 1, binCentrePrice(FIRST + high), binCentrePrice(FIRST), 1, 1])
    for (const row of [level, level + 4]) if (row > high) tile.short[row * TILE_COLUMNS + c] = 120
  }
  return { tile, rows }
}

const gridOf = (tile: Tile): HeatGridPair =>
  composeTiles([tile], { from: 0, to: TILE_COLUMNS * tile.resolutionMs, resolutionMs: tile.resolutionMs })
const coarse = (tile: Tile, factor: number): Tile => tileFromTiles({ resolutionMs: factor * MINUTE, index: 0, finer: [tile] })

describe('a swept zone ends at the candle that took it', () => {
  it.each([1, 5, 15, 30, 60])('at columns of %i minutes no cell stands in a column after the one of that candle', (factor) => {
    for (const reached of [1, 59, 60, 61, 130]) {
      const level = 30
      const { tile } = market(level, reached)
      const grid = gridOf(factor === 1 ? tile : coarse(tile, factor))
      const at = (row: number, column: number) => grid.short[(FIRST + row - grid.firstBin) * grid.columns + column] as number
      const column = Math.floor(reached / factor)
      const filled = Math.ceil(TILE_COLUMNS / factor)
      for (let c = 0; c < filled; c++) {
        // Before: all columns. In the candle's own column: as long as the zone stood in a part of it. After: none.
        expect([c, at(level, c)]).toEqual([c, c * factor < reached && c <= column ? 120 : 0])
        // What was not reached goes on.
        expect(at(level + 4, c)).toBe(120)
      }
    }
  })
})

describe('sweepsOf', () => {
  it('says what the candle took, where and when, at any resolution', () => {
    const { tile, rows } = market(30, 130)
    for (const factor of [1, 5, 30]) {
      const grid = gridOf(factor === 1 ? tile : coarse(tile, factor))
      const found = sweepsOf(grid, { intervalMs: MINUTE, rows })
      expect(found).toEqual([
        { side: 'short', time: (Math.floor(130 / factor) + 0.5) * factor * MINUTE, price: binCentrePrice(FIRST + 30), usd: byteToUsd(120) },
      ])
    }
  })
  it('takes candles that are longer than columns as they are', () => {
    const { tile, rows } = market(30, 130)
    const longer = [0, 1, 2, 3].map((k): CandleRow => {
      const part = rows.slice(k * 60, k * 60 + 60)
      return [k * 60 * MINUTE, 1, Math.max(...part.map((r) => r[2])), Math.min(...part.map((r) => r[3])), 1, 1]
    })
    expect(sweepsOf(gridOf(tile), { intervalMs: 60 * MINUTE, rows: longer }).map((s) => s.time)).toEqual([150 * MINUTE])
  })
  it('counts nothing twice: what the candle before had reached is gone', () => {
    const { tile, rows } = market(30, 130)
    // A coarse column holds the maximum of its time, so the zone is still in it where the next candle begins.
    const grid = gridOf(coarse(tile, 60))
    expect(sweepsOf(grid, { intervalMs: MINUTE, rows })).toHaveLength(1)
  })
  it('says nothing where the column before is missing, or a candle is', () => {
    const { tile, rows } = market(30, 130)
    tile.columnState[129] = COLUMN_STATE.missing
    expect(sweepsOf(gridOf(tile), { intervalMs: MINUTE, rows })).toEqual([])
    tile.columnState[129] = COLUMN_STATE.complete
    expect(sweepsOf(gridOf(tile), { intervalMs: MINUTE, rows: rows.filter((_, i) => i !== 129) })).toEqual([])
  })
  it('keeps the sides apart: on the way down it is longs that go', () => {
    const { tile, rows } = market(30, 400)
    tile.long.fill(100, 8 * TILE_COLUMNS, 9 * TILE_COLUMNS)
    const falling = rows.map((r, c): CandleRow => [r[0], 1, binLowerPrice(FIRST + 20), binCentrePrice(FIRST + (c < 50 ? 12 : 5)), 1, 1])
    expect(sweepsOf(gridOf(tile), { intervalMs: MINUTE, rows: falling })).toEqual([
      { side: 'long', time: 50.5 * MINUTE, price: binCentrePrice(FIRST + 8), usd: byteToUsd(100) },
    ])
  })
})
