import { parseArgs } from 'node:util'
import { MAIL_PURPOSE } from '@faultline/db/jobs'
import { CHANNEL_PURPOSE } from '@faultline/db/repositories/alert-channels'
import { credentialPurpose } from '@faultline/db/repositories/source-credentials'
import { SecretBox } from '@faultline/db/secret-box'
import { FaultlineError } from '@faultline/market/errors'
import pg from 'pg'
import { totpPurpose } from '../server/auth/second-factor.ts'

const HELP = `usage: npm run -s faultline -- rotate-keys

Seals everything anew that is sealed with an older key than the first one of FAULTLINE_ENCRYPTION_KEYS: second factors, addresses of
alert channels, keys of venues, messages by e-mail that wait. Every process has to have the new key before (docs/operations.md says in which order). It may run
while the product does, and again. What cannot be opened is named and left as it is; then the exit code is 1.

Prints {"key", "secondFactors", "alertChannels", "sourceCredentials", "mails", "unreadable"}: the four are counts {"sealedAnew", "current"}.
`

interface Place {
  /** `id`, `named` for people, `sealed` */
  select: string
  /** $1 id, $2 sealed anew, $3 as it was read */
  update: string
  purposeOf(id: string): string
}
const PLACES = {
  secondFactors: {
    select: `select id::text as id, 'second factor of ' || email as named, totp_secret as sealed from app_user where totp_secret is not null`,
    update: 'update app_user set totp_secret = $2 where id = $1::uuid and totp_secret = $3',
    purposeOf: totpPurpose,
  },
  alertChannels: {
    select: `select id::text as id, 'alert channel ' || id || ' (' || kind || ')' as named, sealed from alert_channel`,
    update: 'update alert_channel set sealed = $2 where id = $1::uuid and sealed = $3',
    purposeOf: () => CHANNEL_PURPOSE,
  },
  sourceCredentials: {
    select: `select data_source_id || ':' || name as id, name || ' of data source ' || data_source_id as named, sealed from source_credential`,
    update: `update source_credential set sealed = $2 where data_source_id || ':' || name = $1 and sealed = $3`,
    purposeOf(id) {
      const at = id.indexOf(':')
      return credentialPurpose(Number(id.slice(0, at)), id.slice(at + 1))
    },
  },
  // Those that are sent are gone within a day.
  mails: {
    select: `select id::text as id, 'message by e-mail to ' || (data->>'to') as named, decode(data->>'text', 'base64') as sealed
               from pgboss.job where name = 'mail' and state <> 'completed' and data->'sealed' = 'true'`,
    update: `update pgboss.job set data = jsonb_set(data, '{text}', to_jsonb(translate(encode($2, 'base64'), E'\\n', '')))
              where name = 'mail' and id = $1::uuid and decode(data->>'text', 'base64') = $3`,
    purposeOf: () => MAIL_PURPOSE,
  },
} satisfies Record<string, Place>
const KINDS = Object.keys(PLACES) as (keyof typeof PLACES)[]

export type Rotated = { key: string; unreadable: { what: string; why: string }[] } & Record<
  keyof typeof PLACES,
  { sealedAnew: number; current: number }
>

/** Somebody who sets up a factor while this runs is found by the next look; nobody does so this often. */
const MOST_LOOKS = 10

export async function rotateKeys(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { help: { type: 'boolean', short: 'h' } } })
  if (values.help) return void process.stdout.write(HELP)
  const { FAULTLINE_OWNER_URL: url, FAULTLINE_ENCRYPTION_KEYS: keys } = process.env
  if (!url || !keys)
    throw new FaultlineError('unavailable', 'Run this as "npm run -s faultline -- rotate-keys", which knows the database and the keys.')
  const client = new pg.Client({ connectionString: url, application_name: 'faultline rotate-keys' })
  await client.connect()
  try {
    const rotated = await sealAnew(client, new SecretBox(keys))
    process.stdout.write(`${JSON.stringify(rotated)}\n`)
    const left = rotated.unreadable.length
    if (left > 0)
      throw new FaultlineError(
        'unavailable',
        `${left} sealed ${left === 1 ? 'value' : 'values'} could not be opened and ${left === 1 ? 'is' : 'are'} as before: put the key back that they name and run this again, or have them entered anew.`,
      )
  } finally {
    await client.end()
  }
}

/** As the owner of the database. Each value is replaced by itself, and only if nobody else has replaced it since it was read. */
export async function sealAnew(client: pg.Client, box: SecretBox): Promise<Rotated> {
  const unreadable: Rotated['unreadable'] = []
  const counts = {} as Pick<Rotated, keyof typeof PLACES>
  for (const kind of KINDS) {
    const done = await sealPlaceAnew(client, box, PLACES[kind])
    counts[kind] = { sealedAnew: done.sealedAnew, current: done.current }
    unreadable.push(...done.unreadable)
  }
  const rotated = { key: box.current, ...counts, unreadable }
  const total = KINDS.reduce((sum, kind) => sum + counts[kind].sealedAnew, 0)
  if (total > 0 || unreadable.length > 0)
    await client.query(
      `insert into audit_event (actor, action, target, ip, allowed, details) values ('operator', 'keys.rotated', $1, '', true, $2)`,
      [box.current, { sealedAnew: total, unreadable: unreadable.length }],
    )
  return rotated
}

async function sealPlaceAnew(client: pg.Client, box: SecretBox, { select, update, purposeOf }: Place) {
  let sealedAnew = 0
  for (let look = 1; ; look++) {
    const { rows } = await client.query<{ id: string; named: string; sealed: Buffer }>(select)
    const unreadable: Rotated['unreadable'] = []
    let current = 0
    let changed = 0
    for (const { id, named, sealed } of rows) {
      try {
        if (box.isCurrent(sealed)) {
          current++
          continue
        }
        const anew = box.seal(box.open(sealed, purposeOf(id)), purposeOf(id))
        const { rowCount } = await client.query(update, [id, anew, sealed])
        changed++
        if (rowCount === 1) sealedAnew++
      } catch (error) {
        if (!(error instanceof FaultlineError)) throw error
        unreadable.push({ what: named, why: error.message })
      }
    }
    // a look that finds nothing more to do is the last one
    if (changed === 0) return { sealedAnew, current, unreadable }
    if (look === MOST_LOOKS)
      throw new FaultlineError(
        'unavailable',
        'Values are still being sealed with an older key. Start every process again with the new key first, then run this once more.',
      )
  }
}
