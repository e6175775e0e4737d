import type { UserActor } from '@faultline/db/actor'
import { ACTIVITY_FILTERS, type ActivityFilter, listActivity, recordActivity } from '@faultline/db/repositories/activity'
import type { SavedItem } from '@faultline/db/repositories/saved-items'
import { z } from 'zod'
import type { Services } from '../../../server/services.ts'
import { teamMember } from '../../../server/trpc.ts'

const filters = Object.keys(ACTIVITY_FILTERS) as [ActivityFilter, ...ActivityFilter[]]

/** What happened in the team, newest first. `cursor`: `next` of the page before. */
export const activityProcedure = teamMember('viewer')
  .input(z.object({ cursor: z.string().max(40).nullish(), filter: z.enum(filters).nullish() }))
  .query(({ ctx, input }) => listActivity(ctx.services.db, ctx.actor, ctx.team.id, { after: input.cursor, filter: input.filter }))

/** Tells a team what was done to one of its items; of what is one person's, nobody is told. */
export async function tellTeam(
  ctx: { services: Pick<Services, 'db'>; actor: UserActor },
  item: Pick<SavedItem, 'id' | 'kind' | 'name' | 'teamId'>,
  what: 'created' | 'changed' | 'renamed' | 'restored' | 'deleted',
): Promise<void> {
  const { teamId, kind, name, id } = item
  if (teamId !== null) await recordActivity(ctx.services.db, ctx.actor, { teamId, action: `${kind}.${what}`, target: name, itemId: id })
}

/** The same of share links to one of its views. */
export async function tellTeamOfLink(
  ctx: { services: Pick<Services, 'db'>; actor: UserActor; entity: { teamId: string | null } },
  link: { itemId: string; itemName: string },
  what: 'created' | 'extended' | 'revoked',
): Promise<void> {
  const { teamId } = ctx.entity
  const { itemId, itemName } = link
  if (teamId !== null) await recordActivity(ctx.services.db, ctx.actor, { teamId, action: `link.${what}`, target: itemName, itemId })
}
