import { createHash } from 'node:crypto'
import type { Database } from '@faultline/db/database'
import { type BuildRow, buildsOf, readCheckpoint } from '@faultline/db/repositories/builds'
import { columnsHash } from '@faultline/db/repositories/columns'
import { findInstrument } from '@faultline/db/repositories/instruments'
import { readDump } from '../src/dump/read-dump.ts'
import { type ImportOptions, type ImportReport, importDump } from '../src/pipeline/import-dump.ts'
import { dumpFolder } from './dump-folder.ts'

/** Makes a folder of these files, reads and imports it. */
export async function importFiles(
  db: Database,
  files: Readonly<Record<string, string>>,
  options: ImportOptions = {},
): Promise<ImportReport> {
  return importDump(db, await readDump(dumpFolder(files)), options)
}

const TABLES = [
  'instrument',
  'build',
  'checkpoint',
  'candle',
  'open_interest',
  'funding',
  'long_short_ratio',
  'liquidation',
  'gap',
  '"column"',
  'tile',
]

/** Rows of every table and a hash over each: what "the database as before" means. */
export async function fingerprint(db: Database): Promise<Record<string, string>> {
  const out: Record<string, string> = {}
  for (const table of TABLES) {
    const { rows } = await db.pool.query<{ n: string; hash: string | null }>(
      `select count(*) as n, md5(string_agg(md5(t::text), '' order by t::text)) as hash from ${table} t`,
    )
    out[table] = `${rows[0]?.n} ${rows[0]?.hash}`
  }
  return out
}

export interface BuildState {
  build: BuildRow
  columns: string
  /** last bucket and hash of the state, null without one */
  checkpoint: string | null
}

/** The generations of an instrument that have not been replaced, newest first, with the hashes of their contents. */
export async function buildStates(db: Database, key: string): Promise<BuildState[]> {
  const { id } = await findInstrument(db, key)
  const live = (await buildsOf(db, id)).filter((b) => b.status !== 'retired')
  return Promise.all(
    live.map(async (build) => {
      const checkpoint = await readCheckpoint(db, build.id)
      const state = checkpoint && `${checkpoint.bucket} ${createHash('sha256').update(checkpoint.state).digest('hex')}`
      return { build, columns: await columnsHash(db, build), checkpoint: state }
    }),
  )
}

/** What an instrument's only generation holds. */
export async function onlyBuild(db: Database, key: string): Promise<BuildState> {
  const [state, ...others] = await buildStates(db, key)
  if (!state || others.length > 0) throw new Error(`${key} has ${others.length + (state ? 1 : 0)} generations instead of one`)
  return state
}
