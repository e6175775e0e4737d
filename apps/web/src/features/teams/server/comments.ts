/** Procedures of comments: for all who may see what they are about. */
import { addComment, editComment, listComments, removeComment, summariseComments } from '@faultline/db/repositories/comments'
import { z } from 'zod'
import { entity } from '../../../server/trpc.ts'
import { commentBody } from './schema.ts'

/** The newest, oldest first; or those before the comment `cursor`. */
export const listCommentsProcedure = entity('item', 'viewer')
  .input(z.object({ cursor: z.uuid().nullish() }))
  .query(async ({ ctx, input }) => ({
    ...(await listComments(ctx.services.db, ctx.actor, input.id, input.cursor)),
    /** what the caller is: of one's own things the owner, who may take any comment away */
    role: ctx.entity.role,
  }))

export const commentSummaryProcedure = entity('item', 'viewer').query(({ ctx, input }) =>
  summariseComments(ctx.services.db, ctx.actor, input.id),
)

export const addCommentProcedure = entity('item', 'viewer')
  .input(z.object({ body: commentBody }))
  .mutation(async ({ ctx, input }) => {
    await ctx.services.limits.take('write', ctx.user.userId)
    return addComment(ctx.services.db, ctx.actor, input.id, input.body)
  })

/** Its author's. */
export const editCommentProcedure = entity('comment', 'viewer')
  .input(z.object({ body: commentBody }))
  .mutation(async ({ ctx, input }) => {
    await ctx.services.limits.take('write', ctx.user.userId)
    return editComment(ctx.services.db, ctx.actor, input.id, input.body)
  })

/** Its author's, and the owners' of the team. */
export const removeCommentProcedure = entity('comment', 'viewer').mutation(({ ctx, input }) =>
  removeComment(ctx.services.db, ctx.actor, input.id),
)
