import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type {} from '../../testkit/src/global-setup.ts'
import { provision, runPrisma } from './provision.mjs'

// The whole way on a database of its own, beside the template: roles are the cluster's, so names carry the process id.
const { clusterUrl } = inject('faultlineCluster')
const name = `faultline_provision_${process.pid}`
const at = (database: string, login?: { role: string; password: string }): string => {
  const url = new URL(clusterUrl)
  url.pathname = `/${database}`
  if (login) Object.assign(url, { username: login.role, password: login.password })
  return url.href
}
const ownerUrl = at(name)
const query = async (url: string, sql: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
const packageDir = fileURLToPath(new URL('..', import.meta.url))
const migrations = readdirSync(path.join(packageDir, 'prisma', 'migrations')).filter((name) => /^\d+_/.test(name))
const stateDir = mkdtempSync(path.join(os.tmpdir(), 'faultline-provision-'))
const weak = { role: `weak_${process.pid}`, password: 'w' }

beforeAll(async () => {
  await query(at('postgres'), `create database "${name}"`)
  await query(at('postgres'), `create role ${weak.role} login password '${weak.password}'`)
})
afterAll(async () => {
  const made = (await query(
    at('postgres'),
    `select rolname from pg_roles where rolname like 'faultline_app_${name}%' or rolname = '${weak.role}'`,
  )) as { rolname: string }[]
  await query(at('postgres'), `drop database if exists "${name}" with (force)`)
  await query(at('postgres'), `drop database if exists "${name}_weak" with (force)`)
  for (const { rolname } of made) await query(at('postgres'), `drop role "${rolname}"`)
  rmSync(stateDir, { recursive: true, force: true })
})

describe('provision', () => {
  let appUrl = ''

  it('migrates an empty database and makes a login that keeps to the rules', async () => {
    const said: string[] = []
    const result = await provision({ ownerUrl, stateDir, log: (m) => said.push(m) })
    appUrl = result.appUrl
    expect(result.ownerUrl).toBe(ownerUrl)
    expect(said.join('\n')).toContain(`applying ${migrations.length} migrations\n`)
    expect(said.join('\n')).toContain("made the application's database login faultline_app_")
    expect(await query(appUrl, 'select count(*)::int as n from instrument')).toEqual([{ n: 0 }])
    expect(await query(appUrl, 'select rolsuper or rolbypassrls as above from pg_roles where rolname = current_user')).toEqual([
      { above: false },
    ])
    const secrets = path.join(stateDir, 'secrets.json')
    expect(statSync(secrets).mode & 0o777).toBe(0o600)
    expect(said.join('\n')).not.toContain(new URL(appUrl).password)
    writeFileSync(secrets, JSON.stringify({ ...JSON.parse(readFileSync(secrets, 'utf8')), other: 1 }))
  })

  it('finds nothing to do the second time, and does not start the migration engine for it', async () => {
    const said: string[] = []
    const engine = process.env.PRISMA_SCHEMA_ENGINE_BINARY
    process.env.PRISMA_SCHEMA_ENGINE_BINARY = '/nowhere' // Prisma's command line would fail
    try {
      expect(await provision({ ownerUrl, stateDir, log: (m) => said.push(m) })).toEqual({ ownerUrl, appUrl })
    } finally {
      if (engine === undefined) delete process.env.PRISMA_SCHEMA_ENGINE_BINARY
      else process.env.PRISMA_SCHEMA_ENGINE_BINARY = engine
    }
    expect(said).toEqual([])
    expect(JSON.parse(readFileSync(path.join(stateDir, 'secrets.json'), 'utf8')).other).toBe(1)
  })

  it('makes the login again where the cluster is new and the secrets are old', async () => {
    await query(at('postgres'), `drop role "${new URL(appUrl).username}"`)
    expect((await provision({ ownerUrl, stateDir })).appUrl).toBe(appUrl)
  })

  it('takes an address that is given, if its role is fit for it', async () => {
    expect(await provision({ ownerUrl, appUrl, stateDir: '/nonexistent' })).toEqual({ ownerUrl, appUrl })
    await expect(provision({ ownerUrl, appUrl: ownerUrl, stateDir })).rejects.toThrow(/DATABASE_APP_URL must not be a superuser/)
    await expect(provision({ ownerUrl, appUrl: at(name, weak), stateDir })).rejects.toThrow(
      new RegExp(`GRANT faultline_app TO "${weak.role}"`),
    )
  })

  it('says what to do where the owner may not create roles', async () => {
    const weakOwner = at(`${name}_weak`, weak)
    await query(at('postgres'), `create database "${name}_weak" owner ${weak.role}`)
    const error = (await provision({ ownerUrl: weakOwner, stateDir }).catch((e: unknown) => e)) as Error
    expect(error.message).toContain("CREATE ROLE faultline_login LOGIN PASSWORD 'choose-a-password' IN ROLE faultline_app;")
    expect(error.message).toContain('DATABASE_APP_URL=')
    expect(error.message).toContain(`/${name}_weak`)
    // …and works once that was done, without ever being more than the owner of one database
    await query(at('postgres'), `create role faultline_app_${name}_own login password 'o' in role faultline_app`)
    const own = at(`${name}_weak`, { role: `faultline_app_${name}_own`, password: 'o' })
    expect((await provision({ ownerUrl: weakOwner, appUrl: own, stateDir })).appUrl).toBe(own)
    expect(await query(own, "select ensure_partitions('candle', '2024-01-01Z', '2024-01-01Z') as made, no_user_yet() as empty")).toEqual([
      { made: 1, empty: true },
    ])
    await expect(provision({ ownerUrl: weakOwner, appUrl: weakOwner, stateDir })).rejects.toThrow(/owner of Faultline's tables/)
  })

  it('refuses a database that is ahead of this checkout, or whose migrations were rewritten', async () => {
    await query(ownerUrl, "update _prisma_migrations set checksum = 'x' where migration_name like '%_tables'")
    await expect(provision({ ownerUrl, stateDir })).rejects.toThrow(/changed after this database had applied them \(\d+_tables\)/)
    await query(ownerUrl, "update _prisma_migrations set migration_name = '2999_later' where migration_name like '%_tables'")
    await expect(provision({ ownerUrl, stateDir })).rejects.toThrow(/newer Faultline \(2999_later\)/)
  })

  it('says so when nobody answers', async () => {
    await expect(provision({ ownerUrl: 'postgresql://me:secret@127.0.0.1:9/x', stateDir })).rejects.toThrow(
      /Cannot connect .*127\.0\.0\.1:9/,
    )
    await expect(provision({ ownerUrl: 'postgresql://me:secret@127.0.0.1:9/x', stateDir })).rejects.not.toThrow(/secret/)
  })
})

describe('the schema and the migrations', () => {
  const diff = (schema: string) =>
    runPrisma(['migrate', 'diff', '--from-migrations', 'prisma/migrations', '--to-schema', schema, '--exit-code'], clusterUrl)

  it('describe the same database', async () => {
    // A vanished engine exits with 0 as well: the words have to be there.
    expect(await diff('prisma/schema')).toContain('No difference detected')
  })

  it('are really compared', async () => {
    const changed = mkdtempSync(path.join(os.tmpdir(), 'faultline-schema-'))
    cpSync(path.join(packageDir, 'prisma/schema'), changed, { recursive: true })
    const file = path.join(changed, 'market.prisma')
    writeFileSync(file, readFileSync(file, 'utf8').replace('ratio        Float', 'ratio        Float?'))
    await expect(diff(changed)).rejects.toThrow(/ended with 2[\s\S]*long_short_ratio/)
    rmSync(changed, { recursive: true })
  })
})
