import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCandles, makeInstrument, makeUser } from '../../testkit/src/factories.ts'
import { freshDatabase } from '../../testkit/src/fresh-database.ts'
import { makeBelongings, makeTeam } from '../../testkit/src/people.ts'
import { inTransaction } from '../src/database.ts'
import { storeTable } from '../src/repositories/events.ts'
import { backup, restore } from './backup.mjs'

const folder = mkdtempSync(path.join(tmpdir(), 'faultline-backup-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = path.join(folder, 'all.backup')
const source = freshDatabase()

/** A digest of each table, owner's view. */
async function digests(url: string): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query(
      "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname <> '_prisma_migrations' order by 1",
    )
    const found: Record<string, string> = {}
    for (const { name } of rows) {
      const digest = await client.query(
        `select count(*) || ' ' || md5(coalesce(string_agg(x::text, '|' order by x::text), '')) as d from "${name}" x`,
      )
      found[name] = digest.rows[0].d
    }
    return found
  } finally {
    await client.end()
  }
}

beforeAll(async () => {
  const instrument = await makeInstrument(source.db)
  // over a month's end: two partitions
  const candles = makeCandles({ from: Date.UTC(2024, 0, 31, 12), count: 400 })
  await inTransaction(source.db, (client) => storeTable(client, instrument.id, candles, { intervalMs: 300_000 }))
  await makeTeam(source.ownerUrl, { name: 'Größe 🌊 "quoted"' })
  await makeBelongings(source.ownerUrl, await makeUser(source.ownerUrl, { email: 'a@example.org' }), 'canary')
})

describe('a backup', () => {
  const target = freshDatabase()

  it('comes back as it was, in every table', async () => {
    const { tables, rows, bytes } = await backup({ ownerUrl: source.ownerUrl, out: file })
    expect({ tables, rows }).toMatchObject({
      tables: expect.toSatisfy((n: number) => n > 40),
      rows: expect.toSatisfy((n: number) => n > 420),
    })
    expect(bytes).toBeGreaterThan(1_000)
    expect(await restore({ ownerUrl: target.ownerUrl, file })).toEqual({ tables, rows })
    expect(await digests(target.ownerUrl)).toEqual(await digests(source.ownerUrl))
    // what comes next does not meet what came back, and pages are told again
    const made = await makeInstrument(target.db)
    expect(made.id).toBeGreaterThan(1)
    const { rows: off } = await target.db.pool.query("select tgname from pg_trigger where tgenabled = 'D'")
    expect(off).toEqual([])
    const constraints = "select count(*)::int as n from pg_constraint where contype = 'f'"
    expect((await target.db.pool.query(constraints)).rows).toEqual((await source.db.pool.query(constraints)).rows)
  })

  it('is not restored over what is there', async () => {
    await expect(restore({ ownerUrl: target.ownerUrl, file })).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('a file that is not whole', () => {
  const target = freshDatabase()

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 200)],
    ['changed', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 900), Buffer.from('damage'), bytes.subarray(906)])],
    ['no backup', () => Buffer.from('hello')],
  ])('(%s) changes nothing', async (_, damage) => {
    await backup({ ownerUrl: source.ownerUrl, out: file })
    const before = await digests(target.ownerUrl)
    const broken = path.join(folder, 'broken.backup')
    writeFileSync(broken, damage(readFileSync(file)))
    await expect(restore({ ownerUrl: target.ownerUrl, file: broken })).rejects.toMatchObject({ code: 'bad_input' })
    expect(await digests(target.ownerUrl)).toEqual(before)
  })
})

it('leaves a file that was there as it was when it fails', async () => {
  const out = path.join(folder, 'kept.backup')
  writeFileSync(out, 'before')
  await expect(backup({ ownerUrl: 'postgresql://nobody@127.0.0.1:9/x', out })).rejects.toMatchObject({ code: 'unavailable' })
  expect(readFileSync(out, 'utf8')).toBe('before')
})
