/** Procedures of layouts, views and watchlists. */

import {
  createItem,
  deleteItem,
  listItems,
  listVersions,
  moveItem,
  type SavedItem as Row,
  readItem,
  readItems,
  restoreVersion,
  updateItem,
} from '@faultline/db/repositories/saved-items'
import { FaultlineError } from '@faultline/market/errors'
import { z } from 'zod'
import type { SessionUser } from '../../../server/auth/sessions.ts'
import { entity, selfOrTeam, signedIn } from '../../../server/trpc.ts'
import { tellTeam } from '../../teams/server/activity.ts'
import { type SavedContent, type SavedHead, type SavedItem, savedContent, savedName } from './content.ts'

const kind = z.enum(['layout', 'view', 'watchlist'])
const version = z.int().positive().max(0x7fffffff)

/** All that the caller may see, or of one kind, of one team, or (`teamId` null) of their own. */
export const listProcedure = signedIn
  .input(z.object({ kind: kind.optional(), teamId: z.uuid().nullable().optional() }))
  .query(
    async ({ ctx, input }): Promise<SavedHead[]> => (await listItems(ctx.services.db, ctx.actor, filterOf(input))).map(headOf(ctx.user)),
  )

/** The same with content: for watchlists, whose rows are shown at once. */
export const readAllProcedure = signedIn
  .input(z.object({ kind, teamId: z.uuid().nullable().optional() }))
  .query(
    async ({ ctx, input }): Promise<SavedItem[]> => (await readItems(ctx.services.db, ctx.actor, filterOf(input))).map(itemOf(ctx.user)),
  )

export const getProcedure = entity('item', 'viewer').query(async ({ ctx, input }) =>
  itemOf(ctx.user)(await readItem(ctx.services.db, ctx.actor, input.id)),
)

export const createProcedure = selfOrTeam('editor')
  .input(z.object({ name: savedName }).and(savedContent))
  .mutation(async ({ ctx, input }) => {
    const { name, kind, content } = input
    const made = await createItem(ctx.services.db, ctx.actor, ctx.owner, { name, kind, content }, ctx.user.allowance.savedItems)
    await tellTeam(ctx, made, 'created')
    return itemOf(ctx.user)(made)
  })

/** CONFLICT when somebody else changed it since `version`. */
export const updateProcedure = entity('item', 'editor')
  .input(z.object({ version, name: savedName.optional(), content: z.unknown().optional() }))
  .mutation(async ({ ctx, input: { id, version, name, content } }) => {
    const { db } = ctx.services
    const before = await readItem(db, ctx.actor, id)
    const checked = content === undefined ? {} : { content: checkContent(before.kind, content).content }
    const after = await updateItem(db, ctx.actor, id, version, { name, ...checked })
    if (after.name !== before.name) await tellTeam(ctx, after, 'renamed')
    if (content !== undefined) await tellTeam(ctx, after, 'changed')
    return itemOf(ctx.user)(after)
  })

/** A copy beside the original, or as one's own or another team's. */
export const duplicateProcedure = selfOrTeam('editor')
  .input(z.object({ of: z.uuid(), name: savedName }))
  .mutation(async ({ ctx, input }) => {
    const { db } = ctx.services
    const { kind, content } = await readItem(db, ctx.actor, input.of)
    const copy = { kind, name: input.name, content: content as object }
    const made = await createItem(db, ctx.actor, ctx.owner, copy, ctx.user.allowance.savedItems)
    await tellTeam(ctx, made, 'created')
    return itemOf(ctx.user)(made)
  })

export const moveProcedure = entity('item', 'editor')
  .input(z.object({ position: z.number().min(-1e12).max(1e12) }))
  .mutation(({ ctx, input }) => moveItem(ctx.services.db, ctx.actor, input.id, input.position))

export const removeProcedure = entity('item', 'editor').mutation(async ({ ctx, input }) => {
  const gone = await readItem(ctx.services.db, ctx.actor, input.id)
  await deleteItem(ctx.services.db, ctx.actor, input.id)
  await tellTeam(ctx, gone, 'deleted')
})

export const versionsProcedure = entity('item', 'viewer').query(({ ctx, input }) => listVersions(ctx.services.db, ctx.actor, input.id))

/** Undo: an earlier version becomes the present one. */
export const restoreProcedure = entity('item', 'editor')
  .input(z.object({ version, earlier: version }))
  .mutation(async ({ ctx, input: { id, version, earlier } }) => {
    const after = await restoreVersion(ctx.services.db, ctx.actor, id, version, earlier)
    await tellTeam(ctx, after, 'restored')
    return itemOf(ctx.user)(after)
  })

const filterOf = ({ kind, teamId }: { kind?: SavedContent['kind'] | undefined; teamId?: string | null | undefined }) => ({
  ...(kind === undefined ? {} : { kind }),
  ...(teamId === undefined ? {} : { teamId }),
})

function checkContent(kind: Row['kind'], content: unknown): SavedContent {
  const parsed = savedContent.safeParse({ kind, content })
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new FaultlineError('bad_input', `${issue?.path.join('.')}: ${issue?.message}`)
}

const headOf =
  (user: Pick<SessionUser, 'userId'>) =>
  ({ id, kind, ownerId, teamId, name, version, updatedAt, updatedBy, position }: Omit<Row, 'content'>): SavedHead => ({
    id,
    kind,
    teamId,
    name,
    version,
    own: ownerId === user.userId,
    updatedAt: updatedAt.getTime(),
    updatedBy,
    position,
  })

const itemOf =
  (user: Pick<SessionUser, 'userId'>) =>
  (row: Row): SavedItem => ({ ...headOf(user)(row), ...checkContent(row.kind, row.content) })
