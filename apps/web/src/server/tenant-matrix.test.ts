/**
 * Every procedure × every role × ids of another team and of a stranger. Made of the router itself: a procedure that is new is in
 * here, with each id that its input takes.
 */
import { makeBelongings, makeTeam, type TeamOfPeople } from '@faultline/testkit/people'
import { TRPCError } from '@trpc/server'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import type { Caller } from './caller.ts'
import { rootRouter } from './root-router.ts'
import { sampleInput } from './testing/sample-input.ts'
import { type Person, webUnderTest } from './testing/web-under-test.ts'
import type { Access } from './trpc.ts'

const web = webUnderTest()

interface Flat {
  _def: { type: 'query' | 'mutation' | 'subscription'; meta: { access: Access }; inputs: z.ZodType[] }
}
const procedures = Object.entries(rootRouter._def.procedures as unknown as Record<string, Flat>)
  .filter(([, { _def }]) => _def.type !== 'subscription')
  .map(([path, { _def }]) => ({ path, access: _def.meta.access, inputs: _def.inputs }))

const NOWHERE = '00000000-0000-7000-8000-000000000000'
const ROLES = ['owner', 'editor', 'viewer'] as const
type Role = (typeof ROLES)[number]

let database: pg.Client
let ours: TeamOfPeople
let theirs: TeamOfPeople
let stranger: Person
let strangers: Awaited<ReturnType<typeof makeBelongings>>
const callers = {} as Record<Role | 'admin', Caller>

beforeAll(async () => {
  database = new pg.Client({ connectionString: web.database.ownerUrl })
  await database.connect()
  // Nothing is refused because a plan allows too little: it is the ids that are to be looked at.
  await database.query(
    "update plan set api = true, alert_rules = null, saved_items = null, teams = null, team_members = null, share_links = null where key = 'free'",
  )
  const people = new Map<string, Person>()
  const person = async () => {
    const made = await web.addPerson()
    people.set(made.id, made)
    return made.id
  }
  ours = await makeTeam(web.database.ownerUrl, { name: 'Ours', person })
  theirs = await makeTeam(web.database.ownerUrl, { name: 'Theirs', person })
  stranger = await web.addPerson()
  strangers = await makeBelongings(web.database.ownerUrl, stranger.id, 'canary of a stranger')
  for (const role of ROLES) callers[role] = await web.callerOf(await web.cookieOf(people.get(ours[role]) as Person))
  callers.admin = await web.callerOf(await web.cookieOf(await web.addPerson({ role: 'admin' })))
})
afterAll(() => database.end())

/** What a call comes to: the code of its error, or what it answered. */
async function call(caller: Caller, path: string, input: unknown): Promise<{ code: string } | { answer: string }> {
  const procedure = path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], caller) as (
    input: unknown,
  ) => Promise<unknown>
  try {
    return { answer: JSON.stringify(await procedure(input)) ?? '' }
  } catch (error) {
    if (error instanceof TRPCError) return { code: error.code }
    throw error
  }
}

/** What belongs to them, to a byte. */
async function theirRows(): Promise<Record<string, string>> {
  const { rows } = await database.query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relrowsecurity and relname not in ('audit_event', 'plan')",
  )
  const needles = [theirs.id, theirs.owner, theirs.editor, theirs.viewer, stranger.id, theirs.belongings.item, strangers.item].map(
    (id) => `%${id}%`,
  )
  const found: Record<string, string> = {}
  for (const { name } of rows) {
    const digest = await database.query(
      `select md5(coalesce(string_agg(x::text, '|' order by x::text), '')) as d from "${name}" x where to_jsonb(x)::text like any ($1)`,
      [needles],
    )
    found[name] = digest.rows[0].d
  }
  return found
}

/** Ids of what is theirs and of what is the stranger's, of each kind there is. */
const foreignIds = (access: Access): string[] => {
  const all = (of: TeamOfPeople['belongings']) => [
    of.item,
    of.layout,
    of.watchlist,
    of.shareLink,
    of.comment,
    of.alertRule,
    of.alertChannel,
    of.apiKey,
    of.session,
  ]
  if (access.kind === 'team' && access.of !== 'team' && access.of !== 'team or self') {
    const kind = access.of
    return [theirs.belongings[kind], strangers[kind]].filter((id) => id !== null)
  }
  if (access.kind === 'team') return [theirs.id]
  return [theirs.id, theirs.owner, theirs.invitation, stranger.id, ...all(theirs.belongings), ...all(strangers)].filter((id) => id !== null)
}

describe.each(procedures.filter(({ access }) => access.kind === 'team'))('$path', ({ path, access, inputs }) => {
  it.each(ROLES)('finds nothing of another team or a stranger for the %s of a team', async (role) => {
    const before = await theirRows()
    for (const id of [...foreignIds(access), NOWHERE]) {
      const { value } = sampleInput(inputs, id)
      expect({ id, ...(await call(callers[role], path, value)) }).toEqual({ id, code: 'NOT_FOUND' })
    }
    expect(await theirRows()).toEqual(before)
  })

  it('finds nothing for an administrator either: what people make is theirs', async () => {
    for (const id of foreignIds(access))
      expect(await call(callers.admin, path, sampleInput(inputs, id).value)).toEqual({ code: 'NOT_FOUND' })
  })

  const below = access.kind === 'team' ? ROLES.filter((role) => ROLES.indexOf(role) > ROLES.indexOf(access.role)) : []
  it.each(below)('refuses the %s of the very team', async (role) => {
    if (access.kind !== 'team') throw new Error('only of teams')
    const id = access.of === 'team' || access.of === 'team or self' ? ours.id : ours.belongings[access.of]
    if (id === null) return // one person's own: there is no such role
    // An editor's things are not even shown to a viewer where they give access to others.
    expect([{ code: 'FORBIDDEN' }, { code: 'NOT_FOUND' }]).toContainEqual(await call(callers[role], path, sampleInput(inputs, id).value))
  })
})

describe.each(procedures.filter(({ access, inputs }) => access.kind === 'signed in' && inputs.length > 0))(
  '$path',
  ({ path, access, inputs }) => {
    it('gives away nothing and changes nothing of others, whatever ids it is given', async () => {
      const before = await theirRows()
      const ids = sampleInput(inputs, NOWHERE).ids.length > 0 ? foreignIds(access) : [NOWHERE]
      for (const id of ids) {
        const came = await call(callers.editor, path, sampleInput(inputs, id).value)
        expect(JSON.stringify(came)).not.toMatch(/canary/i)
      }
      expect(await theirRows()).toEqual(before)
    })
  },
)

/** Ids inside the input of what is one's own or one's team's: a copy of a foreign view, a rule that sends to a foreign channel … */
describe.each(
  procedures.flatMap((procedure) => {
    const { access, inputs } = procedure
    if (access.kind !== 'team') return []
    const guard = access.of === 'team' || access.of === 'team or self' ? 'teamId' : 'id'
    const inner = sampleInput(inputs, NOWHERE).ids.filter((at) => at.length > 1 || at[0] !== guard)
    return inner.map((at) => ({ ...procedure, access, guard, field: at.join('.'), at }))
  }),
)('$path with a foreign $field', ({ path, access, inputs, guard, at }) => {
  it('gives away nothing and changes nothing of others', async () => {
    const before = await theirRows()
    const all = (of: TeamOfPeople['belongings']) => [of.item, of.layout, of.shareLink, of.comment, of.alertRule, of.alertChannel]
    const own = guard === 'teamId' ? ours.id : access.of === 'team' || access.of === 'team or self' ? ours.id : ours.belongings[access.of]
    if (own === null) return
    for (const foreign of [...all(theirs.belongings), ...all(strangers), theirs.id, stranger.id, theirs.editor]) {
      const { value } = sampleInput(inputs, foreign as string)
      put(value, [guard], own)
      const came = await call(callers.owner, path, value)
      expect({ at, came: JSON.stringify(came) }).toEqual({ at, came: expect.not.stringMatching(/canary/i) })
    }
    expect(await theirRows()).toEqual(before)
    // What was made in passing may not lead there: nobody of ours sees a canary of theirs in anything of ours.
    const { rows } = await database.query(
      "select name from saved_item where team_id = $1 and content::text like '%canary%' and content::text not like '%canary Ours%'",
      [ours.id],
    )
    expect(rows).toEqual([])
  })
})

function put(value: unknown, at: readonly (string | number)[], to: unknown): void {
  const [name, ...rest] = at
  if (name === undefined || typeof value !== 'object' || value === null) return
  const record = value as Record<string | number, unknown>
  if (rest.length === 0) record[name] = to
  else put(record[name], rest, to)
}
