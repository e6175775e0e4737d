// A backup of a whole installation in one file, and its way back into an empty one. For servers that have no pg_dump beside them,
// such as the embedded one; where there is a pg_dump, its dumps are as good.
//
//   node tools/backup.mjs backup --out FILE      DATABASE_URL is the owner's
//   node tools/backup.mjs restore FILE           into a database that holds nothing yet
//
// The file is gzip over: a line of JSON that says what follows; per table a line of JSON, then blocks of COPY in binary form, each
// after its length (4 bytes), ended by a length of 0; a last line of JSON, without which the file is not whole. All of it is of one
// moment (one REPEATABLE READ transaction). Jobs that wait in a queue, and used-up limits, are not in it.
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { createGunzip, createGzip } from 'node:zlib'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'

const FORMAT = 'faultline backup 1'
/** Rows that mean nothing elsewhere or later. */
const LEFT_OUT = ['_prisma_migrations', 'rate_limit', 'lease']
const problem = (code, message, cause) => Object.assign(new Error(message, cause ? { cause } : undefined), { name: 'FaultlineError', code })
const quote = (name) => `"${name.replaceAll('"', '""')}"`

/**
 * @param {{ ownerUrl: string, out: string, log?: (message: string) => void }} options
 * @returns {Promise<{ tables: number, rows: number, bytes: number }>}
 * @throws Error with `code`; nothing is left behind then, and a file that was there before is as it was
 */
export async function backup({ ownerUrl, out, log = () => {} }) {
  const draft = path.join(path.dirname(out), `.${path.basename(out)}.${process.pid}.part`)
  let rows = 0
  let tables = 0
  await withClient(ownerUrl, async (client) => {
    await client.query('begin isolation level repeatable read read only')
    try {
      await pipeline(Readable.from(parts(client)), createGzip({ level: 6 }), createWriteStream(draft, { mode: 0o600 }))
    } catch (error) {
      await rm(draft, { force: true })
      throw error.code && error.name === 'FaultlineError'
        ? error
        : problem('unavailable', `The backup could not be written: ${error.message}`, error)
    }
    await client.query('commit')
  })
  await rename(draft, out)
  return { tables, rows, bytes: (await stat(out)).size }

  async function* parts(client) {
    yield line({
      format: FORMAT,
      madeAt: new Date().toISOString(),
      migrations: await migrationsOf(client),
      sequences: await sequencesOf(client),
    })
    for (const table of await tablesOf(client)) {
      log(table.name)
      yield line(table)
      const columns = table.columns.map(quote).join(', ')
      const stream = client.query(copyTo(`copy (select ${columns} from ${quote(table.name)}) to stdout (format binary)`))
      for await (const chunk of stream) yield block(chunk)
      yield block(Buffer.alloc(0))
      tables++
      rows += stream.rowCount
    }
    yield line({ end: true, tables, rows })
  }
}

/**
 * @param {{ ownerUrl: string, file: string, log?: (message: string) => void }} options the database is migrated, and holds nothing yet
 * @returns {Promise<{ tables: number, rows: number }>}
 * @throws Error with `code`; the database is as it was then
 */
export async function restore({ ownerUrl, file, log = () => {} }) {
  return withClient(ownerUrl, async (client) => {
    await client.query('begin')
    try {
      const done = await readIn(client, file, log)
      await client.query('commit')
      return done
    } catch (error) {
      await client.query('rollback').catch(() => {})
      throw error.name === 'FaultlineError' ? error : problem('bad_input', `${file} could not be restored: ${error.message}`, error)
    }
  })
}

async function readIn(client, file, log) {
  const reader = new Reader(createReadStream(file).pipe(createGunzip()))
  const head = await reader.line()
  if (head.format !== FORMAT) throw problem('bad_input', `${file} is no backup of Faultline that this version reads.`)
  const here = await migrationsOf(client)
  if (JSON.stringify(here) !== JSON.stringify(head.migrations))
    throw problem(
      'bad_input',
      `${file} was made with ${head.migrations.length} migrations, the last one ${head.migrations.at(-1)}; this checkout has ${here.length}. Restore it with the version that made it, then update.`,
    )
  const there = await tablesOf(client)
  const { rows } = await client.query('select exists (select from app_user) or exists (select from instrument) as filled')
  if (rows[0].filled) throw problem('conflict', 'This database holds people or markets already. Restore into an empty one.')
  // In whatever order rows come: constraints between tables are taken away and put back, which checks them all.
  const { rows: references } = await client.query(
    `select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition
       from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace and conparentid = 0`,
  )
  for (const { table, name } of references) await client.query(`alter table ${table} drop constraint ${quote(name)}`)
  // What a migration put there is in the backup too, as it was changed since.
  for (const { name } of there) await client.query(`alter table ${quote(name)} disable trigger user`)
  for (const { name } of there) await client.query(`delete from ${quote(name)}`)
  let tables = 0
  let total = 0
  for (let part = await reader.line(); ; part = await reader.line()) {
    if (part.end) {
      if (part.tables !== tables || part.rows !== total)
        throw problem('bad_input', `${file} is not whole: ${total} of ${part.rows} rows were in it.`)
      break
    }
    const { name, columns, times } = part
    const known = there.find((table) => table.name === name)
    if (!known || columns.some((column) => !known.columns.includes(column)))
      throw problem('bad_input', `${file} has a table “${name}” that is not here.`)
    log(name)
    if (times) await client.query('select ensure_partitions($1, $2, $3)', [name, times.from, times.to])
    const into = client.query(copyFrom(`copy ${quote(name)} (${columns.map(quote).join(', ')}) from stdin (format binary)`))
    await pipeline(Readable.from(reader.blocks()), into)
    tables++
    total += into.rowCount
  }
  for (const { name, value, called } of head.sequences) await client.query('select setval($1::regclass, $2, $3)', [name, value, called])
  for (const { name } of there) await client.query(`alter table ${quote(name)} enable trigger user`)
  for (const { table, name, definition } of references)
    await client.query(`alter table ${table} add constraint ${quote(name)} ${definition}`)
  return { tables, rows: total }
}

const line = (value) => Buffer.from(`${JSON.stringify(value)}\n`)
const block = (bytes) => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** Takes lines and blocks off a stream, as they were written. */
class Reader {
  constructor(stream) {
    this.chunks = stream[Symbol.asyncIterator]()
    this.held = Buffer.alloc(0)
  }
  async more() {
    const { value, done } = await this.chunks.next().catch((cause) => {
      throw problem('bad_input', `The file is damaged: ${cause.message}`, cause)
    })
    if (done) throw problem('bad_input', 'The file is not whole: it ends too soon.')
    this.held = this.held.length > 0 ? Buffer.concat([this.held, value]) : value
  }
  async line() {
    while (!this.held.includes(0x0a)) await this.more()
    const end = this.held.indexOf(0x0a)
    const text = this.held.subarray(0, end).toString()
    this.held = this.held.subarray(end + 1)
    return JSON.parse(text)
  }
  async take(length) {
    while (this.held.length < length) await this.more()
    const bytes = this.held.subarray(0, length)
    this.held = this.held.subarray(length)
    return bytes
  }
  async *blocks() {
    for (;;) {
      const length = (await this.take(4)).readUInt32BE()
      if (length === 0) return
      yield await this.take(length)
    }
  }
}

const migrationsOf = async (client) =>
  (
    await client.query(
      'select migration_name as name from _prisma_migrations where finished_at is not null and rolled_back_at is null order by 1',
    )
  ).rows.map(({ name }) => name)

/** With their columns, and of partitioned ones the first and last time. */
async function tablesOf(client) {
  const { rows } = await client.query(
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns, c.relkind = 'p' as partitioned,
            (select p.attname::text from pg_partitioned_table t join pg_attribute p on p.attrelid = t.partrelid and p.attnum = t.partattrs[0]
              where t.partrelid = c.oid) as key
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> all ($1)
      group by c.oid, c.relname, c.relkind order by c.relname`,
    [LEFT_OUT],
  )
  const tables = []
  for (const { name, columns, partitioned, key } of rows) {
    if (!partitioned) {
      tables.push({ name, columns })
      continue
    }
    const { rows: found } = await client.query(`select min(${quote(key)}) as from, max(${quote(key)}) as to from ${quote(name)}`)
    const { from, to } = found[0]
    tables.push({ name, columns, ...(from ? { times: { from: from.toISOString(), to: to.toISOString() } } : {}) })
  }
  return tables
}

async function sequencesOf(client) {
  const { rows } = await client.query(
    "select quote_ident(sequencename) as name, last_value as value from pg_sequences where schemaname = 'public' order by 1",
  )
  return rows.map(({ name, value }) => ({ name, value: value ?? '1', called: value !== null }))
}

async function withClient(url, work) {
  const client = new pg.Client({ connectionString: url, application_name: 'faultline backup', connectionTimeoutMillis: 10_000 })
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    throw problem('unavailable', `Cannot connect to the database: ${error.message}`, error)
  }
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}

const HELP = `usage: npm run -s faultline -- backup --out FILE
       npm run -s faultline -- restore FILE

Writes everything that an installation holds (markets, maps, people and what they made) into one file, of one moment, while it runs; and
reads such a file into an installation that holds nothing yet. Keep beside it the secrets of the installation (secrets.json in its state
folder): sealed keys and second factors cannot be opened without them.
`

async function main([command, ...args]) {
  const say = (message) => process.stderr.write(`${message}\n`)
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { out: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) return void process.stdout.write(HELP)
  const ownerUrl = process.env.FAULTLINE_OWNER_URL ?? process.env.DATABASE_URL
  if (!ownerUrl) throw problem('unavailable', 'Run this as "npm run -s faultline -- …", which knows the database.')
  const place = (file) => path.resolve(process.env.INIT_CWD ?? process.cwd(), file)
  if (command === 'backup') {
    if (!values.out) throw problem('bad_input', 'Say where to: --out FILE')
    process.stdout.write(`${JSON.stringify(await backup({ ownerUrl, out: place(values.out), log: say }))}\n`)
  } else {
    if (positionals.length !== 1) throw problem('bad_input', 'Say which file: restore FILE')
    process.stdout.write(`${JSON.stringify(await restore({ ownerUrl, file: place(positionals[0]), log: say }))}\n`)
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  main(process.argv.slice(2)).catch((error) => {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = error.code === 'bad_input' || error.code?.startsWith('ERR_PARSE_ARGS') ? 2 : 1
  })
