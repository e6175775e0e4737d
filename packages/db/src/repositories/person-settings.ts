/** Appearance and habits of a person: one JSON object per account, whose keys the web checks (features/account/server/settings.ts). */
import { FaultlineError } from '@faultline/market/errors'
import { type UserActor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'

export type StoredSettings = Record<string, unknown>

/** @throws FaultlineError not_found when the person is gone */
export async function readSettings(db: Database, actor: UserActor): Promise<StoredSettings> {
  const row = await withActor(db, actor, (tx) => tx.user.findUnique({ where: { id: actor.userId }, select: { settings: true } }))
  return settingsOf(row)
}

/**
 * Puts `patch` over what is stored, in one statement: of two pages that change different keys at once neither loses. A key that
 * is null is taken away.
 * @throws FaultlineError not_found when the person is gone
 */
export async function patchSettings(db: Database, actor: UserActor, patch: StoredSettings): Promise<StoredSettings> {
  const gone = Object.keys(patch).filter((key) => patch[key] === null)
  const [row] = await withActor(
    db,
    actor,
    (tx) =>
      tx.$queryRaw<{ settings: unknown }[]>`
        update app_user set settings = (settings || ${JSON.stringify(patch)}::jsonb) - ${gone}::text[]
         where id = ${actor.userId}::uuid returning settings`,
  )
  return settingsOf(row ?? null)
}

function settingsOf(row: { settings: unknown } | null): StoredSettings {
  if (!row) throw new FaultlineError('not_found', 'This account no longer exists.')
  return row.settings as StoredSettings
}
