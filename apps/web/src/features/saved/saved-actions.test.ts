import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Caller } from '../../server/caller.ts'
import { webUnderTest } from '../../server/testing/web-under-test.ts'
import type { ToastAction } from '../shell/toasts.tsx'
import { type SavedActions, savedActions } from './use-saved-actions.ts'

const told = vi.hoisted(() => [] as { text: string; tone: string; action: ToastAction | undefined }[])
vi.mock('../shell/toasts.tsx', () => ({
  toast: (text: string, tone = 'ok', action?: ToastAction) => void told.push({ text, tone, action }),
}))

const web = webUnderTest()
let as: Caller
let actions: SavedActions
let team = ''
const refreshed = vi.fn()

/** Procedures as the browser's client has them. */
const clientOf = ({ saved, teams }: Caller) =>
  ({
    saved: {
      create: { mutate: saved.create },
      update: { mutate: saved.update },
      duplicate: { mutate: saved.duplicate },
      get: { query: saved.get },
      remove: { mutate: saved.remove },
    },
    teams: { adoptItem: { mutate: teams.adoptItem } },
  }) as unknown as Parameters<typeof savedActions>[0]

beforeAll(async () => {
  as = await web.callerOf(await web.cookieOf(await web.addPerson({ plan: 'pro' })))
  team = (await as.teams.create({ name: 'Northwall' })).id
  actions = savedActions(clientOf(as), refreshed)
})
beforeEach(() => {
  told.length = 0
  refreshed.mockClear()
})

const LAYOUT = { query: { pal: 'viridis' }, theme: 'light', sizes: { watchlist: 300 } } as const
const made = (teamId: string | null, name: string) => actions.create({ teamId, name, kind: 'layout', content: LAYOUT })
const idsOf = async () => (await as.saved.list({ kind: 'layout' })).map(({ id }) => id)

describe('deleting', () => {
  it.each([['one’s own'], ['a team’s']])('can be undone: %s', async (whose) => {
    const teamId = whose === 'a team’s' ? team : null
    const { id } = await made(teamId, 'Desk')
    const back = vi.fn()
    expect(await actions.remove({ id, name: 'Desk', team: teamId === null ? null : { id: teamId, name: 'Northwall' } }, back)).toBe(true)
    expect(await idsOf()).not.toContain(id)
    told[0]?.action?.run()
    await vi.waitFor(() => expect(back).toHaveBeenCalledOnce(), 20_000)
    const again = back.mock.calls[0]?.[0]
    expect(again).toMatchObject({ kind: 'layout', name: 'Desk', teamId, content: LAYOUT })
    expect(await idsOf()).toContain(again.id)
    expect(told[1]).toMatchObject({ tone: 'ok', text: expect.stringContaining('is back') })
  })
  it('can be undone where nothing waits for it', async () => {
    const { id } = await made(null, 'Nobody waits')
    await actions.remove({ id, name: 'Nobody waits', team: null })
    told[0]?.action?.run()
    await vi.waitFor(() => expect(told).toHaveLength(2), 20_000)
    expect((await as.saved.list({ kind: 'layout' })).map(({ name }) => name)).toContain('Nobody waits')
  })
  it('that is refused is told, and the lists are asked again', async () => {
    const { id } = await made(null, 'Gone')
    await as.saved.remove({ id })
    refreshed.mockClear()
    expect(await actions.remove({ id, name: 'Gone', team: null })).toBe(false)
    expect(told).toMatchObject([{ tone: 'warn', action: undefined }])
    expect(refreshed).toHaveBeenCalled()
  })
})

it('renames what stands there, and asks for the lists where somebody was first', async () => {
  const { id, version } = await made(null, 'First')
  expect(await actions.rename({ id, version }, 'Second')).toMatchObject({ name: 'Second', version: version + 1 })
  refreshed.mockClear()
  await expect(actions.rename({ id, version }, 'Third')).rejects.toMatchObject({ code: 'CONFLICT' })
  expect(refreshed).toHaveBeenCalledOnce()
})

it('copies, and moves into a team', async () => {
  const { id } = await made(null, 'Mine')
  expect(await actions.duplicate(id, { name: 'Copy', teamId: team })).toMatchObject({ name: 'Copy', teamId: team, content: LAYOUT })
  await actions.adopt({ id, name: 'Mine' }, { id: team, name: 'Northwall' })
  expect((await as.saved.get({ id })).teamId).toBe(team)
})
