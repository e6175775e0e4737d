import { API_SCOPES, createApiKey, listApiKeys, revokeApiKey } from '@faultline/db/repositories/api-keys'
import { FaultlineError } from '@faultline/market/errors'
import { z } from 'zod'
import { record } from '../../../server/record.ts'
import { entity, signedIn } from '../../../server/trpc.ts'
import { savedName } from '../../saved/server/content.ts'

const apiKey = z.object({
  id: z.uuid(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.enum(API_SCOPES)),
  createdAt: z.number(),
  expiresAt: z.number().nullable(),
  lastUsedAt: z.number().nullable(),
})
export type ApiKeyItem = z.infer<typeof apiKey>

/** One's own keys, and whether the plan has the API at all. */
export const listProcedure = signedIn
  .output(z.object({ allowed: z.boolean(), keys: z.array(apiKey) }))
  .query(async ({ ctx }) => ({ allowed: ctx.user.allowance.api, keys: await listApiKeys(ctx.services.db, ctx.actor) }))

export const createInput = z.object({
  name: savedName.max(80, 'a name has at most 80 characters'),
  scopes: z.array(z.enum(API_SCOPES)).min(1, 'choose what it is for').max(API_SCOPES.length),
  /** null: until it is revoked */
  days: z.int().min(1).max(730).nullable(),
})

/** The key is in this answer and nowhere else. */
export const createProcedure = signedIn
  .input(createInput)
  .output(z.object({ id: z.uuid(), key: z.string() }))
  .mutation(async ({ ctx, input }) => {
    await ctx.services.limits.take('write', ctx.user.userId)
    if (!ctx.user.allowance.api)
      throw new FaultlineError('forbidden', `The API is not part of the plan ${ctx.user.allowance.name}. Ask your administrator.`)
    const made = await createApiKey(ctx.services.db, ctx.actor, input)
    await record(ctx, { action: 'api_key.created', target: input.name, details: { scopes: input.scopes.join(' ') } })
    return made
  })

export const revokeProcedure = entity('apiKey', 'owner').mutation(async ({ ctx, input }) => {
  const { name } = await revokeApiKey(ctx.services.db, ctx.actor, input.id)
  await record(ctx, { action: 'api_key.revoked', target: name })
})
