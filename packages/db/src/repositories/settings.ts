/** What an administrator sets for the whole installation: one value per key, each with its schema here. Everybody may read them. */
import { FaultlineError } from '@faultline/market/errors'
import { z } from 'zod'
import { type UserActor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import type { Prisma } from '../generated/prisma/client.ts'

/** Who may make an account, and the plan that a new one begins with. */
export const signUpPolicySchema = z.object({
  mode: z.enum(['open', 'invitation', 'closed']).default('invitation'),
  /** key of a plan */
  defaultPlan: z.string().min(1).max(60).default('free'),
})
export type SignUpPolicy = z.infer<typeof signUpPolicySchema>

/** Every setting: a schema whose fields all have defaults, so that what was never set has a value too. */
export const SETTINGS = { signUp: signUpPolicySchema } as const
export type SettingKey = keyof typeof SETTINGS
export type SettingOf<K extends SettingKey> = z.infer<(typeof SETTINGS)[K]>

/** What is set, and the defaults for what is not. A value that no longer fits its schema counts as not set. */
export async function readSetting<K extends SettingKey>(db: Database, key: K): Promise<SettingOf<K>> {
  const row = await db.prisma.installationSetting.findUnique({ where: { key } })
  const stored = SETTINGS[key].safeParse(row?.value ?? {})
  return (stored.success ? stored.data : SETTINGS[key].parse({})) as SettingOf<K>
}

/** @throws FaultlineError bad_input for a value that does not fit; forbidden for whoever is no administrator */
export async function writeSetting<K extends SettingKey>(db: Database, actor: UserActor, key: K, value: SettingOf<K>): Promise<void> {
  const parsed = SETTINGS[key].safeParse(value)
  if (!parsed.success)
    throw new FaultlineError('bad_input', `The setting ${key} cannot be this: ${parsed.error.issues[0]?.message ?? 'unknown'}.`)
  if (actor.role !== 'admin') throw new FaultlineError('forbidden', 'Only an administrator changes the settings of this installation.')
  const data = { value: parsed.data as Prisma.InputJsonObject, updatedAt: new Date(), updatedBy: actor.userId }
  await withActor(db, actor, async (tx) => {
    if (key === 'signUp') await checkPlan(tx, (parsed.data as SignUpPolicy).defaultPlan)
    await tx.installationSetting.upsert({ where: { key }, create: { key, ...data }, update: data })
  })
}

export const signUpPolicy = (db: Database): Promise<SignUpPolicy> => readSetting(db, 'signUp')

async function checkPlan(tx: Prisma.TransactionClient, key: string): Promise<void> {
  if (!(await tx.plan.findUnique({ where: { key } }))) throw new FaultlineError('bad_input', `There is no plan "${key}".`)
}
