import { spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { asActor } from '@faultline/db/actor'
import { createChannel } from '@faultline/db/repositories/alert-channels'
import { createRule } from '@faultline/db/repositories/alert-rules'
import { SecretBox } from '@faultline/db/secret-box'
import { MINUTE_MS } from '@faultline/market/units'
import { makeInstrument, makeUser, START } from '@faultline/testkit/factories'
import { freshDatabase } from '@faultline/testkit/fresh-database'
import { expect, it } from 'vitest'

const t = freshDatabase()
const RULES = 60

/** A process that looks once, and says when it begins. */
const LOOK = `
  import { openDatabase } from '@faultline/db/database'
  import { openJobs } from '@faultline/db/jobs'
  import { Alerts } from './alerts.ts'
  const url = process.env.TEST_DATABASE_URL
  const db = openDatabase({ url })
  const jobs = await openJobs({ url })
  const alerts = new Alerts({ db, jobs, log: (line) => console.error(line) })
  process.stdout.write('looking')
  await alerts.look()
  process.stdout.write('done')
  process.exit()
`

/** @param killAfterMs from the moment in which it begins; null: it may finish */
async function look(killAfterMs: number | null): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', LOOK], {
    cwd: path.join(import.meta.dirname),
    env: { ...process.env, TEST_DATABASE_URL: t.appUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let said = ''
  await new Promise<void>((begun) => {
    child.stdout.on('data', (text) => {
      said += text
      begun()
    })
    child.once('exit', () => begun())
  })
  if (killAfterMs !== null) {
    await sleep(killAfterMs)
    child.kill('SIGKILL')
  }
  await ended
  return said
}

it('tells a crossing once, whenever the process that does it is killed', { timeout: 90_000 }, async () => {
  // whom no plan limits
  const userId = await makeUser(t.ownerUrl, { email: 'ada@example.org', role: 'admin' })
  const ada = { kind: 'user' as const, userId, role: 'admin' as const }
  const owner = { ownerId: userId, teamId: null }
  const { id, key } = await makeInstrument(t.db)
  const box = new SecretBox(`t:${Buffer.alloc(32, 1).toString('base64')}`)
  const channel = await createChannel(t.db, ada, owner, { name: 'd', hint: 'd', address: { kind: 'discord', url: 'https://x' } }, box)
  for (let i = 0; i < RULES; i++)
    await createRule(
      t.db,
      ada,
      owner,
      {
        name: `${i}`,
        instrumentKey: key,
        condition: { kind: 'risk', direction: 'above', level: 70 },
        channelIds: [channel.id],
        cooldownMinutes: 0,
        enabled: true,
      },
      null,
    )
  const read = (minute: number, risk: number) =>
    t.db.pool.query(
      `insert into market_reading (instrument_id, build_id, bucket, bucket_ms, price, risk, breakout_state)
       values ($1, 1, to_timestamp($2::float8 / 1000), $3, 100, $4, '{}')
       on conflict (instrument_id) do update set bucket = excluded.bucket, risk = excluded.risk`,
      [id, START + minute * MINUTE_MS, MINUTE_MS, risk],
    )
  const told = async () => {
    const { rows } = await asActor(t.db, { kind: 'worker' }, (client) =>
      client.query<Record<string, number>>(
        `select (select count(*)::int from alert_event) as events, (select count(*)::int from inbox_entry) as inbox,
                (select count(*)::int from delivery) as deliveries, (select count(*)::int from pgboss.job where name = 'delivery') as jobs`,
      ),
    )
    return rows[0]
  }
  await read(0, 10)
  expect(await look(null)).toBe('lookingdone')
  await read(1, 90)
  for (const ms of [5, 40, 120, 500]) {
    await look(ms)
    const now = await told()
    // all of it or nothing
    expect(new Set(Object.values(now ?? {})).size).toBe(1)
  }
  await Promise.all([look(null), look(null)])
  expect(await told()).toEqual({ events: RULES, inbox: RULES, deliveries: RULES, jobs: RULES })
})
