import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

/** Commands that a program's help names. */
async function namedBy(program: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, program), '--help'])
  return [...stdout.matchAll(/^ {2}([a-z]+) .*\S/gm)].map(([, name]) => name as string)
}

it('is reached through npm run faultline with each of its commands', async () => {
  const [own, all] = await Promise.all([namedBy('main.ts'), namedBy('../../../../scripts/faultline.mjs')])
  expect(own).toContain('estimate')
  expect(own.filter((name) => name !== 'help' && !all.includes(name))).toEqual([])
}, 20_000)

it('gives each part of the product the secrets that it needs, and no other', async () => {
  const module = join(import.meta.dirname, '../../../../scripts/environment.mjs')
  const program = `import { envOf } from ${JSON.stringify(module)}
    console.log(JSON.stringify(Object.fromEntries(['web', 'worker', 'venue', 'firstAdministrator'].map((part) => [part, Object.keys(envOf(part, process.env))]))))`
  const names = [
    ...['DATABASE_URL', 'DATABASE_APP_URL', 'NEXTAUTH_SECRET', 'FAULTLINE_ENCRYPTION_KEYS', 'FAULTLINE_SMTP_URL'],
    ...['FAULTLINE_BILLING_SECRET', 'GITHUB_CLIENT_SECRET', 'GOOGLE_CLIENT_SECRET', 'PORT'],
  ]
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    env: Object.fromEntries(names.map((name) => [name, '1'])),
  })
  const given: Record<string, string[]> = JSON.parse(stdout)
  expect(given.web).toEqual(names.slice(1))
  expect(given.worker).toEqual(['DATABASE_APP_URL', 'FAULTLINE_ENCRYPTION_KEYS', 'FAULTLINE_SMTP_URL', 'PORT'])
  expect(given.venue).toEqual(['PORT'])
  expect(given.firstAdministrator).toEqual(['DATABASE_APP_URL', 'PORT'])
}, 20_000)
