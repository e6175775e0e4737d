/**
 * Binary form of a tile, version 1, little-endian; not compressed, since the store and HTTP wrap it in gzip:
 *
 *   u8 'T'  u8 version  varint resolutionMs  varint index  varint binCount  [signed firstBin when binCount > 0]
 *   256 × u8 column state, then binCount × 256 bytes long, then the same for short
 */
import { ByteReader, ByteWriter } from './bytes.ts'
import { FaultlineError } from './errors.ts'
import { MAX_BIN, MIN_BIN } from './price-grid.ts'
import { COLUMN_STATE, TILE_COLUMNS, type Tile } from './tile.ts'

const MAGIC = 0x54
const VERSION = 1

export function encodeTile(tile: Tile): Uint8Array {
  const index = tile.startTime / (tile.resolutionMs * TILE_COLUMNS)
  const cells = tile.binCount * TILE_COLUMNS
  if (!Number.isInteger(index) || tile.columnState.length !== TILE_COLUMNS || tile.long.length !== cells || tile.short.length !== cells)
    throw new FaultlineError(
      'internal',
      `A tile's parts do not fit: start ${tile.startTime}, ${tile.binCount} bins, ${tile.long.length} cells.`,
    )
  const out = new ByteWriter(2 * cells + TILE_COLUMNS + 32)
  out.u8(MAGIC).u8(VERSION).varint(tile.resolutionMs).varint(index).varint(tile.binCount)
  if (tile.binCount > 0) out.signed(tile.firstBin)
  return out.bytes(tile.columnState).bytes(tile.long).bytes(tile.short).finish()
}

/** @throws FaultlineError bad_input for damaged bytes or an unknown version */
export function decodeTile(bytes: Uint8Array): Tile {
  const input = new ByteReader(bytes, 'tile')
  if (input.u8() !== MAGIC) throw input.damaged('the first byte is wrong')
  const version = input.u8()
  if (version !== VERSION) throw input.damaged(`its version is ${version}, known is ${VERSION}`)
  const resolutionMs = input.varint()
  const index = input.varint()
  const binCount = input.varint()
  const firstBin = binCount > 0 ? input.signed() : 0
  if (binCount > 0 && (firstBin < MIN_BIN || firstBin + binCount - 1 > MAX_BIN)) throw input.damaged('its bins are off the price grid')
  const columnState = input.bytes(TILE_COLUMNS)
  if (columnState.some((s) => s > COLUMN_STATE.partial)) throw input.damaged('a column state is unknown')
  const long = input.bytes(binCount * TILE_COLUMNS)
  const short = input.bytes(binCount * TILE_COLUMNS)
  input.end()
  return { resolutionMs, startTime: index * resolutionMs * TILE_COLUMNS, firstBin, binCount, columnState, long, short }
}
