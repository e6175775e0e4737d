/** People, for administrators: who there is, and what may be done about them. */
import {
  changeRole,
  deletePerson,
  findPerson,
  grantPlan,
  listPeople,
  type PersonRow,
  resetSecondFactor,
  setDisabled,
  signOutEverywhere,
} from '@faultline/db/repositories/admin-people'
import { z } from 'zod'
import { admin } from '../../../server/trpc.ts'
import { administratorOf } from './administrator.ts'

const PAGE = 50
const time = z.number()
const role = z.enum(['admin', 'member'])
const one = z.object({ id: z.uuid() })

/** Times in UTC ms. */
export const personRow = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role,
  planKey: z.string(),
  planUntil: time.nullable(),
  secondFactor: z.boolean(),
  emailVerified: z.boolean(),
  disabled: z.boolean(),
  lastSeenAt: time.nullable(),
  createdAt: time,
})
export type PersonItem = z.infer<typeof personRow>

export const personDetail = personRow.extend({
  /** that have not ended */
  sessions: z.int(),
  hasPassword: z.boolean(),
  teams: z.array(z.object({ id: z.string(), name: z.string(), role: z.enum(['viewer', 'editor', 'owner']) })),
})
export type PersonDetail = z.infer<typeof personDetail>

export const peopleFilter = z.object({
  search: z.string().max(200).optional(),
  role: role.optional(),
  planKey: z.string().max(60).optional(),
  state: z.enum(['active', 'disabled']).optional(),
})
export type PeopleFilter = z.infer<typeof peopleFilter>

/** By address, 50 at a time. `cursor`: `next` of the page before. */
export const listPeopleProcedure = admin
  .input(peopleFilter.extend({ cursor: z.string().max(320).nullish() }))
  .output(z.object({ people: z.array(personRow), total: z.int(), next: z.string().nullable() }))
  .query(async ({ ctx, input: { cursor, ...filter } }) => {
    const page = await listPeople(ctx.services.db, ctx.actor, defined(filter), { after: cursor ?? undefined, limit: PAGE })
    return { ...page, people: page.people.map(itemOf) }
  })

export const personProcedure = admin
  .input(one)
  .output(personDetail)
  .query(async ({ ctx, input }) => {
    const { sessions, hasPassword, teams, ...row } = await findPerson(ctx.services.db, ctx.actor, input.id)
    return { ...itemOf(row), sessions, hasPassword, teams }
  })

/** Nobody changes their own. */
export const setRoleProcedure = admin
  .input(one.extend({ role }))
  .mutation(({ ctx, input }) => changeRole(ctx.services.db, administratorOf(ctx), input.id, input.role))

/** Disabling ends every session at once. */
export const setDisabledProcedure = admin
  .input(one.extend({ disabled: z.boolean() }))
  .mutation(({ ctx, input }) => setDisabled(ctx.services.db, administratorOf(ctx), input.id, input.disabled))

export const signOutProcedure = admin
  .input(one)
  .mutation(({ ctx, input }) => signOutEverywhere(ctx.services.db, administratorOf(ctx), input.id))

export const resetSecondFactorProcedure = admin
  .input(one)
  .mutation(({ ctx, input }) => resetSecondFactor(ctx.services.db, administratorOf(ctx), input.id))

/** `until` null: without an end. */
export const grantPlanProcedure = admin
  .input(
    one.extend({
      plan: z.string().min(1).max(60),
      until: z
        .int()
        .max(8.64e15)
        .refine((ms) => ms > Date.now(), 'must be in the future; to end a plan now, give the plan Free')
        .nullable(),
    }),
  )
  .mutation(({ ctx, input }) =>
    grantPlan(ctx.services.db, administratorOf(ctx), input.id, {
      key: input.plan,
      until: input.until === null ? null : new Date(input.until),
    }),
  )

/** The person and all that is theirs. */
export const removePersonProcedure = admin
  .input(one)
  .mutation(({ ctx, input }) => deletePerson(ctx.services.db, administratorOf(ctx), input.id))

const itemOf = ({ planUntil, lastSeenAt, createdAt, ...rest }: PersonRow): PersonItem => ({
  ...rest,
  planUntil: planUntil?.getTime() ?? null,
  lastSeenAt: lastSeenAt?.getTime() ?? null,
  createdAt: createdAt.getTime(),
})

/** Without what was not chosen. */
function defined({ search, role, planKey, state }: PeopleFilter) {
  return {
    ...(search === undefined ? {} : { search }),
    ...(role && { role }),
    ...(planKey === undefined ? {} : { planKey }),
    ...(state && { state }),
  }
}
