/** Keys of venues: written by administrators, opened by workers, shown to nobody. */
import { FaultlineError } from '@faultline/market/errors'
import { type UserActor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import type { SecretBox } from '../secret-box.ts'

/** As ccxt names them. */
export const CREDENTIALS = ['apiKey', 'secret', 'password'] as const
export type CredentialName = (typeof CREDENTIALS)[number]
export type VenueCredentials = Partial<Record<CredentialName, string>>

/** What may be shown: that it is there, and its last characters. */
export interface CredentialHint {
  name: CredentialName
  hint: string
  updatedAt: number
}

/** What SecretBox seals a key for. */
export const credentialPurpose = (dataSourceId: number, name: string): string => `credential of source ${dataSourceId}: ${name}`
const LONGEST = 2_000

/** @throws FaultlineError bad_input, forbidden */
export async function setCredential(
  db: Database,
  actor: UserActor,
  box: SecretBox,
  given: { dataSourceId: number; name: CredentialName; value: string },
): Promise<CredentialHint> {
  const { dataSourceId, name } = given
  const value = given.value.trim()
  if (value.length < 4 || value.length > LONGEST)
    throw new FaultlineError('bad_input', `A key has 4 to ${LONGEST} characters.`, { place: { field: name } })
  const sealed = box.seal(value, credentialPurpose(dataSourceId, name))
  // Of a short one, four characters would be too much to tell.
  const hint = value.length >= 12 ? `…${value.slice(-4)}` : '…'
  const data = { sealed, hint, updatedAt: new Date() }
  const row = await withActor(db, actor, (tx) =>
    tx.sourceCredential.upsert({
      where: { dataSourceId_name: { dataSourceId, name } },
      create: { dataSourceId, name, ...data },
      update: data,
    }),
  )
  return { name, hint, updatedAt: row.updatedAt.getTime() }
}

/** @throws FaultlineError not_found */
export async function removeCredential(db: Database, actor: UserActor, dataSourceId: number, name: CredentialName): Promise<void> {
  const { count } = await withActor(db, actor, (tx) => tx.sourceCredential.deleteMany({ where: { dataSourceId, name } }))
  if (count !== 1) throw new FaultlineError('not_found', 'There is no such key.')
}

/** By source. */
export async function credentialHints(db: Database, actor: UserActor): Promise<Map<number, CredentialHint[]>> {
  const rows = await withActor(db, actor, (tx) => tx.sourceCredential.findMany({ omit: { sealed: true }, orderBy: { name: 'asc' } }))
  const bySource = new Map<number, CredentialHint[]>()
  for (const { dataSourceId, name, hint, updatedAt } of rows)
    bySource.set(dataSourceId, [
      ...(bySource.get(dataSourceId) ?? []),
      { name: name as CredentialName, hint, updatedAt: updatedAt.getTime() },
    ])
  return bySource
}

/** For the worker. @throws FaultlineError unavailable where a key cannot be opened */
export async function openCredentials(db: Database, box: SecretBox, dataSourceId: number): Promise<VenueCredentials> {
  const rows = await withActor(db, { kind: 'worker' }, (tx) => tx.sourceCredential.findMany({ where: { dataSourceId } }))
  return Object.fromEntries(rows.map(({ name, sealed }) => [name, box.open(sealed, credentialPurpose(dataSourceId, name))]))
}
