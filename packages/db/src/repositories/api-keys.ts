/** Keys of programs: shown once, stored hashed, for named purposes, revoked at any time. */
import { createHash, randomBytes } from 'node:crypto'
import { FaultlineError } from '@faultline/market/errors'
import { DAY_MS, MINUTE_MS } from '@faultline/market/units'
import { type UserActor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'

/** What a key may be used for. */
export const API_SCOPES = ['markets', 'readings'] as const
export type ApiScope = (typeof API_SCOPES)[number]

export interface ApiKeyRow {
  id: string
  name: string
  /** the first characters, to tell keys apart */
  prefix: string
  scopes: ApiScope[]
  createdAt: number
  /** null: it does not end by itself */
  expiresAt: number | null
  lastUsedAt: number | null
}

const BEGINS = 'fl_'
const MOST_KEYS = 20
const TOUCH_EVERY_MS = 5 * MINUTE_MS
const hashOf = (key: string): Buffer<ArrayBuffer> => createHash('sha256').update(key).digest() as Buffer<ArrayBuffer>

/** Those that are not revoked, newest first. */
export async function listApiKeys(db: Database, actor: UserActor): Promise<ApiKeyRow[]> {
  const rows = await withActor(db, actor, (tx) =>
    tx.apiKey.findMany({ where: { userId: actor.userId, revokedAt: null }, omit: { hash: true }, orderBy: { createdAt: 'desc' } }),
  )
  return rows.map(({ id, name, prefix, scopes, createdAt, expiresAt, lastUsedAt }) => ({
    id,
    name,
    prefix,
    scopes: scopes as ApiScope[],
    createdAt: createdAt.getTime(),
    expiresAt: expiresAt?.getTime() ?? null,
    lastUsedAt: lastUsedAt?.getTime() ?? null,
  }))
}

/** 192 bits of chance. @returns the key itself, which nobody can read again @throws FaultlineError forbidden when there are too many */
export function createApiKey(
  db: Database,
  actor: UserActor,
  given: { name: string; scopes: readonly ApiScope[]; days: number | null },
): Promise<{ id: string; key: string }> {
  const { name, scopes, days } = given
  const key = BEGINS + randomBytes(24).toString('base64url')
  return withActor(db, actor, async (tx) => {
    await tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended(${actor.userId}, 11))::text`
    if ((await tx.apiKey.count({ where: { userId: actor.userId, revokedAt: null } })) >= MOST_KEYS)
      throw new FaultlineError('forbidden', `There are ${MOST_KEYS} keys already: revoke one that is not used any more.`)
    const { id } = await tx.apiKey.create({
      data: {
        userId: actor.userId,
        name,
        prefix: key.slice(0, 9),
        hash: hashOf(key),
        scopes: [...new Set(scopes)],
        expiresAt: days === null ? null : new Date(Date.now() + days * DAY_MS),
      },
    })
    return { id, key }
  })
}

/** From now on it opens nothing. @throws FaultlineError not_found */
export async function revokeApiKey(db: Database, actor: UserActor, id: string): Promise<{ name: string }> {
  const [row] = await withActor(db, actor, (tx) =>
    tx.apiKey.updateManyAndReturn({ where: { id, revokedAt: null }, data: { revokedAt: new Date() }, select: { name: true } }),
  )
  if (!row) throw new FaultlineError('not_found', 'There is no such key, or it is revoked already.')
  return row
}

/** Whose key this is and what for; null for anything that opens nothing (any more). Notes now and then that it was used. */
export async function findApiKey(db: Database, key: string): Promise<{ id: string; userId: string; scopes: ApiScope[] } | null> {
  if (!key.startsWith(BEGINS) || key.length > 100) return null
  return withActor(db, { kind: 'authenticator' }, async (tx) => {
    const row = await tx.apiKey.findUnique({ where: { hash: hashOf(key) } })
    const now = Date.now()
    if (!row || row.revokedAt !== null || (row.expiresAt !== null && row.expiresAt.getTime() <= now)) return null
    if ((row.lastUsedAt?.getTime() ?? 0) < now - TOUCH_EVERY_MS)
      await tx.apiKey.updateMany({ where: { id: row.id }, data: { lastUsedAt: new Date(now) } })
    return { id: row.id, userId: row.userId, scopes: row.scopes as ApiScope[] }
  })
}
