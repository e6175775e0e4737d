/** Accounts: how they begin, change and end. All of it inside transactions of asActor(), because links and messages go with it. */
import { randomUUID } from 'node:crypto'
import type { Transaction } from '../database.ts'
import { dropTokens } from './tokens.ts'

/** Addresses are compared and stored in this form. */
export const normalEmail = (email: string): string => email.trim().toLowerCase()

export interface AccountRow {
  id: string
  email: string
  name: string
  passwordHash: string | null
  disabled: boolean
  emailVerified: boolean
}

const COLUMNS = `id, email, name, password_hash as "passwordHash", disabled_at is not null as disabled,
                 email_verified_at is not null as "emailVerified"`

/** Whoever has this address; null: nobody. */
export async function accountByEmail(client: Transaction, email: string): Promise<AccountRow | null> {
  const { rows } = await client.query<AccountRow>(`select ${COLUMNS} from app_user where email = $1`, [normalEmail(email)])
  return rows[0] ?? null
}

/** Null: there is no such person, or none that the actor may see. */
export async function accountById(client: Transaction, id: string): Promise<AccountRow | null> {
  const { rows } = await client.query<AccountRow>(`select ${COLUMNS} from app_user where id = $1`, [id])
  return rows[0] ?? null
}

/** A new member; null, and nothing has happened, where the address has an account already, also one that is just being made. */
export async function createAccount(
  client: Transaction,
  person: { email: string; name: string; passwordHash: string; plan: string; emailVerified: boolean },
): Promise<string | null> {
  const { rows } = await client.query<{ id: string }>(
    `insert into app_user (id, email, name, password_hash, role, plan_key, email_verified_at)
     values ($1, $2, $3, $4, 'member', coalesce((select key from plan where key = $5), 'free'), case when $6 then now() end)
     on conflict (email) do nothing returning id`,
    [randomUUID(), normalEmail(person.email), person.name, person.passwordHash, person.plan, person.emailVerified],
  )
  return rows[0]?.id ?? null
}

/**
 * Sets a password anew and ends every session and every link that could change the account: whoever had got in keeps none. The second
 * factor stays. False when the person is gone or disabled.
 */
export async function resetPassword(
  client: Transaction,
  userId: string,
  change: { passwordHash: string; emailVerified: boolean },
): Promise<boolean> {
  const { rowCount } = await client.query(
    `update app_user set password_hash = $2, password_is_initial = false, session_version = session_version + 1,
            email_verified_at = case when $3 then coalesce(email_verified_at, now()) else email_verified_at end
      where id = $1 and disabled_at is null`,
    [userId, change.passwordHash, change.emailVerified],
  )
  await client.query('update user_session set ended_at = now() where user_id = $1 and ended_at is null', [userId])
  await dropTokens(client, ['reset_password', 'change_email'], { userId })
  return rowCount === 1
}

/** Says that an address is its person's; false when that person has another one by now. */
export async function confirmEmail(client: Transaction, userId: string, email: string): Promise<boolean> {
  const { rowCount } = await client.query(
    'update app_user set email_verified_at = coalesce(email_verified_at, now()) where id = $1 and email = $2',
    [userId, normalEmail(email)],
  )
  return rowCount === 1
}

/** Gives a person another address; false, and nothing has happened, where somebody has it already or the person is gone. */
export async function changeEmail(client: Transaction, userId: string, change: { email: string; verified: boolean }): Promise<boolean> {
  await client.query('savepoint change_email')
  try {
    const { rowCount } = await client.query(
      'update app_user set email = $2, email_verified_at = case when $3 then now() end where id = $1',
      [userId, normalEmail(change.email), change.verified],
    )
    await client.query('release savepoint change_email')
    return rowCount === 1
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === '23505')) throw error
    await client.query('rollback to savepoint change_email')
    return false
  }
}

/** The actor's own name. */
export async function rename(client: Transaction, userId: string, name: string): Promise<void> {
  await client.query('update app_user set name = $2 where id = $1', [userId, name])
}
