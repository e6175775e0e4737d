/** What an administrator sets for the whole installation. */
import { listPlans } from '@faultline/db/repositories/plans'
import { RETENTION_KINDS, readRetention, setRetention } from '@faultline/db/repositories/retention'
import { readSetting, signUpPolicySchema, writeSetting } from '@faultline/db/repositories/settings'
import { z } from 'zod'
import { record } from '../../../server/record.ts'
import { admin } from '../../../server/trpc.ts'

const kind = z.enum(RETENTION_KINDS)

export const installationSettings = z.object({
  signUp: z.object({ mode: z.enum(['open', 'invitation', 'closed']), defaultPlan: z.string() }),
  plans: z.array(z.object({ key: z.string(), name: z.string() })),
  /** days; null: for ever */
  retention: z.array(z.object({ kind, days: z.int().nullable() })),
  /** who may show a heatmap in a frame, from the environment; null: nobody */
  embed: z.object({ open: z.boolean() }),
  mail: z.boolean(),
  publicUrl: z.string(),
  billing: z.boolean(),
})
export type InstallationSettings = z.infer<typeof installationSettings>

export const readSettingsProcedure = admin.output(installationSettings).query(async ({ ctx }) => {
  const { db, embed, mail, publicUrl, billing } = ctx.services
  const [signUp, retention, plans] = await Promise.all([readSetting(db, 'signUp'), readRetention(db), listPlans(db, ctx.actor)])
  return {
    signUp,
    plans: plans.map(({ key, name }) => ({ key, name })),
    retention: RETENTION_KINDS.map((one) => ({ kind: one, days: retention[one] ?? null })),
    embed: { open: embed.isOpen },
    mail,
    publicUrl: publicUrl.origin,
    billing: billing !== null,
  }
})

export const setSignUpProcedure = admin.input(signUpPolicySchema).mutation(async ({ ctx, input }) => {
  const { db } = ctx.services
  const before = await readSetting(db, 'signUp')
  await writeSetting(db, ctx.actor, 'signUp', input)
  await record(ctx, {
    action: 'settings.changed',
    target: 'sign-up',
    details: { mode: `${before.mode} → ${input.mode}`, defaultPlan: `${before.defaultPlan} → ${input.defaultPlan}` },
  })
})

/** `days` null: for ever. The worker reads it at its next run, at most an hour away. */
export const setRetentionProcedure = admin
  .input(z.object({ kind, days: z.number().nullable() }))
  .mutation(async ({ ctx, input: { kind: given, days } }) => {
    const { db } = ctx.services
    const before = (await readRetention(db))[given]
    await setRetention(db, ctx.actor, given, days)
    const words = (value: number | null) => (value === null ? 'for ever' : `${value} days`)
    await record(ctx, {
      action: 'settings.changed',
      target: `retention of ${given}`,
      details: { days: `${words(before)} → ${words(days)}` },
    })
  })
