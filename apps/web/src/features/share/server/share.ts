/** Procedures of share links. */
import { randomBytes } from 'node:crypto'
import { readItem } from '@faultline/db/repositories/saved-items'
import {
  createShareLink,
  extendShareLink,
  hashOfShare,
  listShareLinks,
  revokeShareLink,
  type ShareLink,
} from '@faultline/db/repositories/share-links'
import { DAY_MS } from '@faultline/market/units'
import { z } from 'zod'
import { record } from '../../../server/record.ts'
import { entity, teamMember } from '../../../server/trpc.ts'
import { tellTeamOfLink } from '../../teams/server/activity.ts'

export interface ShareRow {
  id: string
  itemId: string
  itemName: string
  /** the last characters of the link */
  hint: string
  /** UTC ms; null: live */
  frozenAt: number | null
  embed: boolean
  createdAt: number
  expiresAt: number
  revokedAt: number | null
  visits: number
  lastVisitAt: number | null
}

/** 192 bits: nobody finds one by trying */
const TOKEN_BYTES = 24
const HINT = 4
const expiresInDays = z.int('a whole number of days').min(1, 'a link lives at least a day').max(365, 'a link lives at most 365 days')

/** Links to one view, those that have ended too; newest first. */
export const listProcedure = entity('item', 'editor').query(async ({ ctx, input }) => ({
  links: (await listShareLinks(ctx.services.db, ctx.actor, { itemId: input.id })).map(rowOf),
}))

/** Links to all views of a team. */
export const listTeamProcedure = teamMember('editor').query(async ({ ctx, input }) => ({
  links: (await listShareLinks(ctx.services.db, ctx.actor, { teamId: input.teamId })).map(rowOf),
}))

/** The only answer that has the link itself. */
export const createProcedure = entity('item', 'editor')
  .input(z.object({ expiresInDays: expiresInDays.default(7), frozen: z.boolean().default(false), embed: z.boolean().default(false) }))
  .mutation(async ({ ctx, input }): Promise<{ link: ShareRow; url: string }> => {
    const { services, actor, user } = ctx
    await services.limits.take('write', user.userId)
    await services.shares.check(user.allowance, await readItem(services.db, actor, input.id))
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    const now = Date.now()
    const link = await createShareLink(
      services.db,
      actor,
      {
        itemId: input.id,
        hash: hashOfShare(token),
        hint: token.slice(-HINT),
        frozenAt: input.frozen ? new Date(now) : null,
        embed: input.embed,
        expiresAt: new Date(now + input.expiresInDays * DAY_MS),
      },
      user.allowance.shareLinks,
    )
    await record(ctx, { action: 'share.created', target: link.itemName, details: { ...detailsOf(link), days: input.expiresInDays } })
    await tellTeamOfLink(ctx, link, 'created')
    return { link: rowOf(link), url: `${services.publicUrl.origin}/s/${token}` }
  })

/** So many days from now on. CONFLICT for a revoked link. */
export const extendProcedure = entity('shareLink', 'editor')
  .input(z.object({ expiresInDays: expiresInDays.default(7) }))
  .mutation(async ({ ctx, input }): Promise<ShareRow> => {
    const { services, actor, user } = ctx
    await services.limits.take('write', user.userId)
    const until = new Date(Date.now() + input.expiresInDays * DAY_MS)
    const { link, hash } = await extendShareLink(services.db, actor, input.id, until, user.allowance.shareLinks)
    services.shares.forget(hash)
    await record(ctx, { action: 'share.extended', target: link.itemName, details: { ...detailsOf(link), days: input.expiresInDays } })
    await tellTeamOfLink(ctx, link, 'extended')
    return rowOf(link)
  })

/** At once, and for good. */
export const revokeProcedure = entity('shareLink', 'editor').mutation(async ({ ctx, input }): Promise<ShareRow> => {
  const { link, hash } = await revokeShareLink(ctx.services.db, ctx.actor, input.id)
  ctx.services.shares.forget(hash)
  await record(ctx, { action: 'share.revoked', target: link.itemName, details: detailsOf(link) })
  await tellTeamOfLink(ctx, link, 'revoked')
  return rowOf(link)
})

const detailsOf = ({ hint, embed, frozenAt }: ShareLink) => ({ link: `…${hint}`, embed, frozen: frozenAt !== null })

const rowOf = ({
  id,
  itemId,
  itemName,
  hint,
  frozenAt,
  embed,
  createdAt,
  expiresAt,
  revokedAt,
  visits,
  lastVisitAt,
}: ShareLink): ShareRow => ({
  id,
  itemId,
  itemName,
  hint,
  frozenAt: frozenAt?.getTime() ?? null,
  embed,
  createdAt: createdAt.getTime(),
  expiresAt: expiresAt.getTime(),
  revokedAt: revokedAt?.getTime() ?? null,
  visits,
  lastVisitAt: lastVisitAt?.getTime() ?? null,
})
