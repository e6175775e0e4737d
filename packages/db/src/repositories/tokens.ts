/**
 * Links that work once: to confirm an address, to set a password anew, to change an address, to accept an invitation. Only
 * their SHA-256 is stored. Whoever holds the link acts through the authenticator; administrators see and take back invitations.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Transaction } from '../database.ts'

export type TokenKind = 'verify_email' | 'reset_password' | 'change_email' | 'invitation'

export interface NewToken {
  kind: TokenKind
  /** whose it is; null: of somebody who has no account yet */
  userId: string | null
  /** the address that the link is for */
  email: string
  /** never shown to whoever has the link before it is used */
  details?: Record<string, unknown>
  createdBy?: string | null
  lifeMs: number
}

export interface TokenRow {
  id: string
  kind: TokenKind
  userId: string | null
  email: string
  details: Record<string, unknown>
  createdBy: string | null
  createdAt: Date
  expiresAt: Date
  usedAt: Date | null
}

export type TokenState = 'open' | 'used' | 'expired'

/** What a link ends with: 43 characters of base64url, 256 bits. */
export const TOKEN_FORM = /^[\w-]{43}$/
export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest()
export const tokenState = (row: Pick<TokenRow, 'usedAt' | 'expiresAt'>, now = Date.now()): TokenState =>
  row.usedAt ? 'used' : row.expiresAt.getTime() <= now ? 'expired' : 'open'

const COLUMNS = `id, kind, user_id as "userId", email, details, created_by as "createdBy", created_at as "createdAt",
                 expires_at as "expiresAt", used_at as "usedAt"`
/** Long enough that whoever comes back late to a link still reads what became of it. */
const KEPT_AFTER_END = '30 days'

/** Makes one, inside a transaction of asActor(); the token itself is known to nobody but the caller. Old ones are swept out. */
export async function createToken(client: Transaction, given: NewToken): Promise<{ id: string; token: string; expiresAt: Date }> {
  const token = randomBytes(32).toString('base64url')
  const id = randomUUID()
  const expiresAt = new Date(Date.now() + given.lifeMs)
  await client.query('delete from one_time_token where expires_at < now() - $1::interval', [KEPT_AFTER_END])
  await client.query(
    `insert into one_time_token (id, kind, hash, user_id, email, details, created_by, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, given.kind, hashToken(token), given.userId, given.email, given.details ?? {}, given.createdBy ?? null, expiresAt],
  )
  return { id, token, expiresAt }
}

/** The row of a token in whatever state it is; null for an unknown one, also for what has not the form of one. */
export async function findToken(client: Transaction, token: string): Promise<TokenRow | null> {
  if (!TOKEN_FORM.test(token)) return null
  const { rows } = await client.query<TokenRow>(`select ${COLUMNS} from one_time_token where hash = $1`, [hashToken(token)])
  return rows[0] ?? null
}

/**
 * Uses a token up. Of two that try at once one gets its row, when the other's transaction has ended; the effect belongs into
 * the same transaction. Null: unknown, expired or used.
 */
export async function useToken(client: Transaction, kind: TokenKind, token: string): Promise<TokenRow | null> {
  if (!TOKEN_FORM.test(token)) return null
  const { rows } = await client.query<TokenRow>(
    `update one_time_token set used_at = now() where hash = $1 and kind = $2 and used_at is null and expires_at > now()
     returning ${COLUMNS}`,
    [hashToken(token), kind],
  )
  return rows[0] ?? null
}

/** Ends those that were not used yet, of a person or an address: only the newest link of a kind works. Returns how many. */
export async function dropTokens(
  client: Transaction,
  kinds: readonly TokenKind[],
  of: { userId: string } | { email: string },
): Promise<number> {
  const [column, value] = 'userId' in of ? ['user_id', of.userId] : ['email', of.email]
  const { rowCount } = await client.query(`delete from one_time_token where kind = any($1) and ${column} = $2 and used_at is null`, [
    kinds,
    value,
  ])
  return rowCount ?? 0
}

/** Those of a kind that were neither used nor taken back, newest first. For administrators. */
export async function pendingTokens(client: Transaction, kind: TokenKind, most = 500): Promise<TokenRow[]> {
  const { rows } = await client.query<TokenRow>(
    `select ${COLUMNS} from one_time_token where kind = $1 and used_at is null order by created_at desc, id limit $2`,
    [kind, most],
  )
  return rows
}

/** Takes one back; null where it is gone or used already. For administrators. */
export async function takeBackToken(client: Transaction, kind: TokenKind, id: string): Promise<TokenRow | null> {
  const { rows } = await client.query<TokenRow>(
    `delete from one_time_token where id = $1 and kind = $2 and used_at is null returning ${COLUMNS}`,
    [id, kind],
  )
  return rows[0] ?? null
}
