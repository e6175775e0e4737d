import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { freshDatabase } from '../../testkit/src/fresh-database.ts'
import { inTransaction } from './database.ts'

const t = freshDatabase()
const PARENTS = ['candle', 'open_interest', 'funding', 'long_short_ratio', 'liquidation', 'depth', 'mark_price', 'column']

const ensure = async (parent: string, from: string, to: string): Promise<number> =>
  (await t.db.pool.query('select ensure_partitions($1, $2, $3) as n', [parent, from, to])).rows[0].n
const asOwner = async <T>(work: (c: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: t.ownerUrl })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
const partitionsOf = (parent: string): Promise<string[]> =>
  asOwner(async (c) => {
    const { rows } = await c.query(
      `select c.relname || ' ' || pg_get_expr(c.relpartbound, c.oid) as p from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = $1::regclass and c.relnamespace = 'faultline_parts'::regnamespace order by 1`,
      [`public."${parent}"`],
    )
    return rows.map((r) => r.p)
  })

describe('ensure_partitions', () => {
  it.each(PARENTS)('makes the months of %s in UTC, once', async (parent) => {
    expect(await ensure(parent, '2023-11-30T23:59:59.999Z', '2024-02-01T00:00:00Z')).toBe(4)
    expect(await ensure(parent, '2023-12-05T00:00:00+13', '2024-01-31T20:00:00-03')).toBe(0)
    expect(await partitionsOf(parent)).toEqual([
      `${parent}_2023_11 FOR VALUES FROM ('2023-11-01 00:00:00+00') TO ('2023-12-01 00:00:00+00')`,
      `${parent}_2023_12 FOR VALUES FROM ('2023-12-01 00:00:00+00') TO ('2024-01-01 00:00:00+00')`,
      `${parent}_2024_01 FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2024-02-01 00:00:00+00')`,
      `${parent}_2024_02 FOR VALUES FROM ('2024-02-01 00:00:00+00') TO ('2024-03-01 00:00:00+00')`,
    ])
  })

  it('holds against many callers at once', async () => {
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, i) => ensure('candle', `2030-0${1 + (i % 3)}-15T00:00:00Z`, '2030-12-01T00:00:00Z')),
    )
    expect(made.reduce((a, b) => a + b)).toBe(12)
  })

  it('does not stop readers and writers of the parent while its transaction is open', async () => {
    await ensure('funding', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')
    await inTransaction(t.db, async (client) => {
      await client.query("select ensure_partitions('funding', '2026-02-01Z', '2026-03-01Z')")
      await inTransaction(t.db, async (other) => {
        await other.query("set local lock_timeout = '2s'")
        await other.query("insert into funding (instrument_id, time, rate) values (1, '2026-01-05Z', 0.0001)")
        expect((await other.query('select count(*)::int as n from funding')).rows[0].n).toBe(1)
      })
    })
  })

  it.each([
    ['app_user', '2024-01-01Z', '2024-01-02Z'],
    ['candle"; drop table candle; --', '2024-01-01Z', '2024-01-02Z'],
    ['candle', '2024-02-01Z', '2024-01-01Z'],
    ['candle', '-infinity', 'infinity'],
    ['candle', '1970-01-01Z', '2024-01-01Z'],
  ])('refuses %s from %s to %s', async (parent, from, to) => {
    await expect(ensure(parent, from, to)).rejects.toMatchObject({ code: '22023' })
  })

  it('is not misled by a search_path of the caller', async () => {
    await inTransaction(t.db, async (client) => {
      await client.query('create temporary table pg_class (relnamespace oid, relname name)')
      await client.query('set local search_path = pg_temp, public')
      expect((await client.query("select public.ensure_partitions('depth', '2029-01-01Z', '2029-01-01Z') as n")).rows[0].n).toBe(1)
    })
    expect(await partitionsOf('depth')).toContain("depth_2029_01 FOR VALUES FROM ('2029-01-01 00:00:00+00') TO ('2029-02-01 00:00:00+00')")
  })
})

describe('drop_partitions', () => {
  it('drops what lies wholly before the time, as the owner', async () => {
    await ensure('liquidation', '2027-01-01T00:00:00Z', '2027-04-30T00:00:00Z')
    const before = (await partitionsOf('liquidation')).length
    const dropped = await asOwner(async (c) => (await c.query("select drop_partitions('liquidation', '2027-03-15Z') as n")).rows[0].n)
    const left = await partitionsOf('liquidation')
    expect(left.map((p) => p.split(' ')[0])).toEqual(['liquidation_2027_03', 'liquidation_2027_04'])
    expect(dropped).toBe(before - 2)
  })

  it('is not for the application', async () => {
    await expect(t.db.pool.query("select drop_partitions('candle', '2027-03-15Z')")).rejects.toMatchObject({ code: '42501' })
  })
})
