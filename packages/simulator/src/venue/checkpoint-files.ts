/**
 * The venue's folder: `venue.json` says which markets they are (seed, genesis, days before it), and each instrument has its
 * checkpoint. Files are replaced whole or not at all, and only their owner reads them.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { FaultlineError } from '@faultline/market/errors'
import type { LiveMarket } from './live-market.ts'

const VENUE_FILE = 'venue.json'
const VENUE_FORMAT = 'faultline-venue-1'
const DRAFT_SUFFIX = '.partial'

/** What all instruments of a venue have in common, for as long as it lives. */
export interface VenueIdentity {
  readonly seed: number
  /** UTC ms */
  readonly genesis: number
  readonly warmUpDays: number
}

const checkpointPath = (stateDir: string, symbol: string): string => join(stateDir, `${symbol}.market`)

/** The stored bytes, or null where there are none yet. */
export async function readCheckpoint(stateDir: string, symbol: string): Promise<Uint8Array | null> {
  return readOrNull(checkpointPath(stateDir, symbol))
}

export async function writeCheckpoint(stateDir: string, market: LiveMarket): Promise<void> {
  await replaceFile(checkpointPath(stateDir, market.instrument.symbol), market.checkpoint())
}

/**
 * Which venue lives in the folder: the one that was there, or `fresh`, which is written down first.
 * @throws FaultlineError conflict when another seed lives there, bad_input when the folder holds something else
 */
export async function settleIdentity(stateDir: string, fresh: VenueIdentity): Promise<VenueIdentity> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  // Drafts of a process that died while it wrote.
  const drafts = (await readdir(stateDir)).filter((name) => name.endsWith(DRAFT_SUFFIX))
  await Promise.all(drafts.map((name) => rm(join(stateDir, name), { force: true })))
  const path = join(stateDir, VENUE_FILE)
  const bytes = await readOrNull(path)
  if (bytes === null) {
    await replaceFile(path, Buffer.from(`${JSON.stringify({ format: VENUE_FORMAT, ...fresh }, null, 2)}\n`))
    return fresh
  }
  const stored = parseIdentity(bytes)
  if (stored === null) {
    throw new FaultlineError('bad_input', `${path} cannot be read as a simulated venue's. Choose another folder, or remove this one.`)
  }
  if (stored.seed !== fresh.seed) {
    throw new FaultlineError(
      'conflict',
      `the venue in ${stateDir} has seed ${stored.seed}, not ${fresh.seed}. Start it with seed ${stored.seed}, or choose another folder for seed ${fresh.seed}.`,
    )
  }
  return stored
}

function parseIdentity(bytes: Uint8Array): VenueIdentity | null {
  try {
    const found = JSON.parse(Buffer.from(bytes).toString('utf8')) as Record<string, unknown> | null
    const { format, seed, genesis, warmUpDays } = found ?? {}
    const fits = format === VENUE_FORMAT && Number.isSafeInteger(seed) && Number.isSafeInteger(genesis) && typeof warmUpDays === 'number'
    return fits ? { seed: seed as number, genesis: genesis as number, warmUpDays } : null
  } catch {
    return null
  }
}

async function readOrNull(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Written beside, brought to disk, then renamed: after a crash the old file or the new one is there, never a part. */
async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${randomUUID()}${DRAFT_SUFFIX}`
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
