/**
 * Evaluation of alerts: rules of one market each and some about every market, all markets with a new bucket, as a minute brings it.
 * Against a database of its own, with what is written for crossings and their jobs.
 *
 *   node bench/speed/alerts.bench.ts [--rules=10000] [--general=100] [--markets=1000] [--crossing=0.05] [--write]
 *
 * `--crossing`: share of the markets whose risk index crosses in the third bucket.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { asActor } from '@faultline/db/actor'
import { type Database, openDatabase } from '@faultline/db/database'
import { startPostgres } from '@faultline/db/embedded-postgres'
import { openJobs } from '@faultline/db/jobs'
import { provision } from '@faultline/db/provision'
import { upsertInstrument } from '@faultline/db/repositories/instruments'
import { stepAlert } from '@faultline/market/alert-step'
import { MINUTE_MS } from '@faultline/market/units'
import { Alerts } from '../../apps/worker/src/alerts/alerts.ts'

const { values } = parseArgs({
  options: {
    rules: { type: 'string', default: '10000' },
    general: { type: 'string', default: '100' },
    markets: { type: 'string', default: '1000' },
    crossing: { type: 'string', default: '0.05' },
    write: { type: 'boolean', default: false },
  },
})
const [rules, general, markets, crossing] = [Number(values.rules), Number(values.general), Number(values.markets), Number(values.crossing)]
const START = 1_700_000_040_000

async function seed(db: Database): Promise<void> {
  for (let i = 0; i < markets; i++)
    await upsertInstrument(db.pool, {
      venue: 'simulated',
      symbol: `BENCH${i}USDT`,
      baseAsset: `BENCH${i}`,
      quoteAsset: 'USDT',
      contractSize: 1,
      simulated: true,
    })
  const { rows } = await asActor(db, { kind: 'operator' }, (client) =>
    client.query<{ id: string }>(
      "insert into app_user (id, email, name, password_hash, role) values (gen_random_uuid(), 'bench@example.org', 'bench', 'x', 'admin') returning id",
    ),
  )
  const userId = rows[0]?.id as string
  await asActor(db, { kind: 'user', userId, role: 'admin' }, (client) =>
    client.query(
      `insert into alert_rule (id, owner_id, name, instrument_key, condition, channel_ids, cooldown_minutes)
       select gen_random_uuid(), $1, 'rule ' || n, case when n > $3::int then 'simulated:BENCH' || n % $4::int || 'USDT' end,
              '{"kind":"risk","direction":"above","level":70}', '{}', 60 from generate_series(1, $2::int + $3::int) n`,
      [userId, rules, general, markets],
    ),
  )
}

/** As the keeper would, all markets at once. */
async function bucket(db: Database, n: number, crossed: number): Promise<void> {
  await db.pool.query(
    `insert into market_reading (instrument_id, build_id, bucket, bucket_ms, price, risk, breakout_state)
     select id, 1, to_timestamp($1::float8 / 1000), $2, 100, case when id % 1000 < $3::float8 * 1000 then 80 else 50 end, '{}' from instrument
     on conflict (instrument_id) do update set bucket = excluded.bucket, risk = excluded.risk, updated_at = now()`,
    [START + n * MINUTE_MS, MINUTE_MS, crossed],
  )
}

async function measure(db: Database, url: string) {
  await seed(db)
  const jobs = await openJobs({ url })
  const alerts = new Alerts({ db, jobs, log: (line) => console.error(line) })
  const timed = async (n: number, crossed: number) => {
    await bucket(db, n, crossed)
    const [began, cpu] = [performance.now(), process.cpuUsage()]
    await alerts.look()
    const used = process.cpuUsage(cpu)
    return { ms: Math.round(performance.now() - began), cpuMs: Math.round((used.user + used.system) / 1000) }
  }
  const first = await timed(0, 0)
  const quiet = await timed(1, 0)
  const crossings = await timed(2, crossing)
  const after = await timed(3, crossing)
  const { rows } = await asActor(db, { kind: 'worker' }, (client) => client.query('select count(*)::int as events from alert_event'))
  await jobs.close()
  return { rules, general, markets, first, quiet, crossings, after, events: rows[0].events as number }
}

/** The pure part alone. */
function pure(): number {
  const rule = { condition: { kind: 'risk' as const, direction: 'above' as const, level: 70 }, cooldownMinutes: 60 }
  const reading = {
    bucket: START,
    bucketMs: MINUTE_MS,
    price: 1,
    risk: 50,
    openInterestChange24h: 0,
    fundingRate: 0,
    fundingHours: 8,
    clusters: [],
    breakouts: [],
  }
  const steps = 1_000_000
  let armed = 0
  const began = performance.now()
  for (let i = 0; i < steps; i++)
    armed += stepAlert(rule, { bucket: 0, armed: true, firedAt: null, value: 1 }, { ...reading, risk: i % 60 }).state?.armed ? 1 : 0
  if (armed !== steps) throw new Error('a step has fired that should not')
  return Math.round(((performance.now() - began) * 1e6) / steps)
}

const folder = mkdtempSync(path.join(tmpdir(), 'faultline-bench-alerts-'))
const postgres = await startPostgres({
  dataDir: path.join(folder, 'pg'),
  port: 20_000 + Math.floor(Math.random() * 12_000),
  database: 'faultline',
})
try {
  const { appUrl } = await provision({ ownerUrl: postgres.url, stateDir: folder, log: () => {} })
  const db = openDatabase({ url: appUrl, poolSize: 4 })
  try {
    const figures = {
      measured: new Date().toISOString(),
      cpu: cpus()[0]?.model ?? 'unknown',
      node: process.version,
      load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
      ...(await measure(db, appUrl)),
      nsPerStep: pure(),
    }
    console.log(JSON.stringify(figures, null, 2))
    if (values.write) {
      const file = path.join(import.meta.dirname, 'results', 'alerts.json')
      mkdirSync(path.dirname(file), { recursive: true })
      writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`)
    }
  } finally {
    await db.close()
  }
} finally {
  await postgres.stop()
  for (const left of [postgres.dataDir, `${postgres.dataDir}.log`, folder]) rmSync(left, { recursive: true, force: true })
}
