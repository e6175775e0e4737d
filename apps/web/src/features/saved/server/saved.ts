/** Procedures of layouts, views and watchlists. */
import type { UserActor } from '@faultline/db/actor'
import type { Database } from '@faultline/db/database'
import {
  createItem,
  deleteItem,
  listItems,
  listVersions,
  moveItem,
  type SavedItem as Row,
  readItem,
  readItems,
  readVersion,
  restoreVersion,
  updateItem,
} from '@faultline/db/repositories/saved-items'
import { FaultlineError } from '@faultline/market/errors'
import { z } from 'zod'
import type { SessionUser } from '../../../server/auth/sessions.ts'
import { entity, selfOrTeam, signedIn } from '../../../server/trpc.ts'
import { tellTeam } from '../../teams/server/activity.ts'
import { overLayout } from '../prepare/view-query.ts'
import { layoutContent, type SavedContent, type SavedHead, type SavedItem, savedContent, savedName } from './content.ts'

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
    const { db, limits } = ctx.services
    await limits.take('write', ctx.user.userId)
    const { kind, content } = await onLayoutOf(db, ctx.actor, ctx.owner, input)
    const made = await createItem(db, ctx.actor, ctx.owner, { name: input.name, kind, content }, ctx.user.allowance.savedItems)
    await tellTeam(ctx, made, 'created')
    return itemOf(ctx.user)(made)
  })

/** CONFLICT when somebody else changed it since `version`. */
export const updateProcedure = entity('item', 'editor')
  .input(z.object({ version, name: savedName.optional(), content: z.unknown().optional() }))
  .mutation(async ({ ctx, input: { id, version, name, content } }) => {
    const { db, limits } = ctx.services
    await limits.take('write', ctx.user.userId)
    const before = await readItem(db, ctx.actor, id)
    const checked = content === undefined ? null : await onLayoutOf(db, ctx.actor, before, checkContent(before.kind, content))
    const after = await updateItem(db, ctx.actor, id, version, { name, ...(checked && { content: checked.content }) })
    if (after.name !== before.name) await tellTeam(ctx, after, 'renamed')
    if (content !== undefined) await tellTeam(ctx, after, 'changed')
    return itemOf(ctx.user)(after)
  })

/** A copy beside the original, or as one's own or another team's. */
export const duplicateProcedure = selfOrTeam('editor')
  .input(z.object({ of: z.uuid(), name: savedName }))
  .mutation(async ({ ctx, input }) => {
    const { db, limits } = ctx.services
    await limits.take('write', ctx.user.userId)
    const of = await readItem(db, ctx.actor, input.of)
    const { kind, content } = await onLayoutOf(db, ctx.actor, ctx.owner, checkContent(of.kind, of.content))
    const copy = { kind, name: input.name, content }
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

/** An earlier version as it was, to be looked at. */
export const versionProcedure = entity('item', 'viewer')
  .input(z.object({ earlier: version }))
  .query(async ({ ctx, input }): Promise<EarlierItem> => {
    const { kind, content, ...head } = await readVersion(ctx.services.db, ctx.actor, input.id, input.earlier)
    return { ...head, ...checkContent(kind, content) }
  })

/** Undo: an earlier version becomes the present one. */
export const restoreProcedure = entity('item', 'editor')
  .input(z.object({ version, earlier: version }))
  .mutation(async ({ ctx, input: { id, version, earlier } }) => {
    await ctx.services.limits.take('write', ctx.user.userId)
    const after = await restoreVersion(ctx.services.db, ctx.actor, id, version, earlier)
    await tellTeam(ctx, after, 'restored')
    return itemOf(ctx.user)(after)
  })

type EarlierItem = SavedContent & { version: number; name: string; savedBy: string | null; savedAt: number }

/**
 * A view stands on a layout of the same owner only. What it takes from another one becomes its own, so that it looks the same to all who
 * may see it; one that the actor may not see does not exist.
 */
async function onLayoutOf(
  db: Database,
  actor: UserActor,
  owner: { ownerId: string | null; teamId: string | null },
  saved: SavedContent,
): Promise<SavedContent> {
  if (saved.kind !== 'view' || saved.content.layoutId === null) return saved
  const layout = await readItem(db, actor, saved.content.layoutId).catch(orNone)
  if (layout?.kind === 'layout' && layout.ownerId === owner.ownerId && layout.teamId === owner.teamId) return saved
  const looks = layout?.kind === 'layout' ? layoutContent.safeParse(layout.content).data : undefined
  return { kind: 'view', content: { ...saved.content, layoutId: null, query: overLayout(looks?.query ?? null, saved.content.query) } }
}

function orNone(error: unknown): null {
  if (error instanceof FaultlineError && error.code === 'not_found') return null
  throw error
}

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
