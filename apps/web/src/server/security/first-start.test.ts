/** What the first start makes by itself: nothing of it stands in the repository, and nobody else on the machine reads it. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { makeFirstAdministrator } from '../first-administrator.ts'
import { webUnderTest } from '../testing/web-under-test.ts'

const web = webUnderTest()
const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})
const environment = fileURLToPath(new URL('../../../../../scripts/environment.mjs', import.meta.url))

/** What scripts/environment.mjs makes for an installation in this folder, asked in a process of its own as the start does. */
function secretsOf(folder: string, ...names: string[]): string[] {
  const program = `const { secret } = await import(${JSON.stringify(environment)}); console.log(JSON.stringify(${JSON.stringify(names)}.map(secret)))`
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, FAULTLINE_STATE_DIR: folder },
  })
  return JSON.parse(said.toString()) as string[]
}
const installation = () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'faultline-first-start-'))
  folders.push(folder)
  return folder
}

it('makes secrets of 256 bits, other ones for each installation, and keeps them for its owner alone', () => {
  const [one, other] = [installation(), installation()]
  const made = secretsOf(one, 'NEXTAUTH_SECRET', 'FAULTLINE_ENCRYPTION_KEY')
  for (const secret of made) expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
  expect(new Set([...made, ...secretsOf(other, 'NEXTAUTH_SECRET', 'FAULTLINE_ENCRYPTION_KEY')]).size).toBe(4)
  expect(secretsOf(one, 'NEXTAUTH_SECRET', 'FAULTLINE_ENCRYPTION_KEY')).toEqual(made)
  const file = path.join(one, 'secrets.json')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ NEXTAUTH_SECRET: made[0] })
})

it('tells the first administrator’s password once; it works until it is changed, and pages suggest that', async () => {
  const made = await makeFirstAdministrator(web.services.db, web.services.passwords, 'root@example.org')
  if (!made.created) throw new Error('none was made')
  // four groups of five of 31 letters: 99 bits
  expect(made.password).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/)
  expect(await makeFirstAdministrator(web.services.db, web.services.passwords, 'root@example.org')).toEqual({ created: false })
  const signedIn = await web.runtime.signIn({ email: made.email, password: made.password })
  const cookie = await web.cookieOf({ id: signedIn?.userId as string, email: made.email, password: made.password, role: 'admin' })
  const api = await web.callerOf(cookie)
  expect(await api.account.me()).toMatchObject({ role: 'admin', passwordIsInitial: true })
  await api.account.changePassword({ currentPassword: made.password, newPassword: 'a phrase of my own choice' })
  expect(await web.runtime.signIn({ email: made.email, password: made.password })).toBeNull()
  const { rows } = await web.sql('select password_is_initial as initial from app_user where id = $1', [signedIn?.userId])
  expect(rows).toEqual([{ initial: false }])
})
