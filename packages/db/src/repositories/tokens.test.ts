import { beforeAll, expect, it } from 'vitest'
import { makeUser } from '../../../testkit/src/factories.ts'
import { freshDatabase } from '../../../testkit/src/fresh-database.ts'
import { onConnection } from '../../../testkit/src/template-database.ts'
import { type Actor, asActor } from '../actor.ts'
import { createToken, dropTokens, findToken, pendingTokens, takeBackToken, tokenState, useToken } from './tokens.ts'

const t = freshDatabase()
const AUTHENTICATOR: Actor = { kind: 'authenticator' }
let ada = ''
let root: Actor
beforeAll(async () => {
  ada = await makeUser(t.ownerUrl, { email: 'ada@example.org' })
  root = { kind: 'user', role: 'admin', userId: await makeUser(t.ownerUrl, { email: 'root@example.org', role: 'admin' }) }
})
const make = (lifeMs = 60_000) =>
  asActor(t.db, AUTHENTICATOR, (tx) => createToken(tx, { kind: 'reset_password', userId: ada, email: 'ada@example.org', lifeMs }))
const use = (token: string) => asActor(t.db, AUTHENTICATOR, (tx) => useToken(tx, 'reset_password', token))

it('makes tokens of 256 bits that the database does not know', async () => {
  const made = await Promise.all(Array.from({ length: 20 }, () => make()))
  expect(new Set(made.map(({ token }) => token)).size).toBe(20)
  for (const { token } of made) {
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    const found = await onConnection(t.ownerUrl, (c) =>
      c.query('select from one_time_token o where strpos(o::text, $1) > 0 or strpos(o::text, $2) > 0', [
        token,
        Buffer.from(token, 'base64url').toString('hex'),
      ]),
    )
    expect(found.rowCount).toBe(0)
  }
})

it('gives its row to one of many that use it at once', async () => {
  const { token, id } = await make()
  const rows = await Promise.all(Array.from({ length: 8 }, () => use(token)))
  expect(rows.filter((row) => row !== null)).toMatchObject([{ id, userId: ada }])
  const after = await asActor(t.db, AUTHENTICATOR, (tx) => findToken(tx, token))
  expect(after && tokenState(after)).toBe('used')
})

it('is still good when what it was used for has failed', async () => {
  const { token } = await make()
  const failing = asActor(t.db, AUTHENTICATOR, async (tx) => {
    expect(await useToken(tx, 'reset_password', token)).not.toBeNull()
    throw new Error('the effect failed')
  })
  await expect(failing).rejects.toThrow('the effect failed')
  expect(await use(token)).not.toBeNull()
})

it('is worth nothing for another purpose, when it has expired, or when a letter is wrong', async () => {
  const { token } = await make()
  expect(await asActor(t.db, AUTHENTICATOR, (tx) => useToken(tx, 'verify_email', token))).toBeNull()
  for (const other of [token.slice(0, -2), `${token}A`, token.toLowerCase(), '', "' or true --"]) expect(await use(other)).toBeNull()
  const late = await make(-1)
  expect(await use(late.token)).toBeNull()
  const row = await asActor(t.db, AUTHENTICATOR, (tx) => findToken(tx, late.token))
  expect(row && tokenState(row)).toBe('expired')
})

it('ends those that were not used, of one person and kind', async () => {
  const { token } = await make()
  expect(await asActor(t.db, AUTHENTICATOR, (tx) => dropTokens(tx, ['verify_email'], { userId: ada }))).toBe(0)
  expect(await asActor(t.db, AUTHENTICATOR, (tx) => dropTokens(tx, ['reset_password'], { userId: ada }))).toBeGreaterThan(0)
  expect(await asActor(t.db, AUTHENTICATOR, (tx) => findToken(tx, token))).toBeNull()
})

it('shows pending ones to administrators alone, who take them back', async () => {
  const invitation = () =>
    asActor(t.db, root, (tx) => createToken(tx, { kind: 'invitation', userId: null, email: 'new@example.org', lifeMs: 60_000 }))
  const { id, token } = await invitation()
  const member: Actor = { kind: 'user', role: 'admin', userId: ada } // claims more than the table says
  expect(await asActor(t.db, member, (tx) => pendingTokens(tx, 'invitation'))).toEqual([])
  expect(await asActor(t.db, member, (tx) => takeBackToken(tx, 'invitation', id))).toBeNull()
  expect(await asActor(t.db, root, (tx) => pendingTokens(tx, 'invitation'))).toMatchObject([{ id, email: 'new@example.org' }])
  expect(await asActor(t.db, root, (tx) => takeBackToken(tx, 'invitation', id))).toMatchObject({ id })
  expect(await asActor(t.db, AUTHENTICATOR, (tx) => findToken(tx, token))).toBeNull()
})

it('sweeps out what ended long ago', async () => {
  const old = await make(-31 * 86_400_000)
  const recent = await make(-86_400_000)
  await make()
  expect(await asActor(t.db, AUTHENTICATOR, (tx) => findToken(tx, old.token))).toBeNull()
  expect(await asActor(t.db, AUTHENTICATOR, (tx) => findToken(tx, recent.token))).not.toBeNull()
})
