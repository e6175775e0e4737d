import { beforeEach, expect, it } from 'vitest'
import type { Draft, WorkingState } from './working.ts'
import { type PutAnswer, WorkingStore } from './working-store.ts'

/** What the server does, see packages/db/src/repositories/working-state.ts. */
class Server {
  state: WorkingState | null = null
  version: number | null = null
  away = false
  puts = 0
  private answer() {
    if (this.away) throw new Error('no answer')
    return { state: this.state && (JSON.parse(JSON.stringify(this.state)) as WorkingState), version: this.version }
  }
  get = async () => this.answer()
  put = async ({ version, state }: { version: number | null; state: WorkingState }): Promise<PutAnswer> => {
    const there = this.answer()
    this.puts += 1
    if (version !== this.version) return { kept: false, ...there }
    this.state = state
    this.version = (version ?? 0) + 1
    return { kept: true, state: null, version: this.version }
  }
}

let server: Server
beforeEach(() => {
  server = new Server()
})

/** A browser; its tabs share what it stores. */
function browser() {
  const kept: { text: string | null } = { text: null }
  return {
    kept,
    tab: () =>
      new WorkingStore({
        read: () => kept.text,
        write: (text) => {
          kept.text = text
        },
        get: server.get,
        put: server.put,
      }),
  }
}
const screen = (instrument: string) => ({ instrument, query: { r: '3d' }, theme: 'dark', layoutId: null, viewId: null }) as const
const draft = (instrument: string, at: number, notes = 'mine'): Draft => ({
  instrument,
  viewId: null,
  version: null,
  content: { drawings: [], notes },
  at,
})
const notesOf = (store: WorkingStore, instrument: string) => store.draft(instrument, null)?.content?.notes

it('is there again after a reload, without any server', async () => {
  server.away = true
  const { tab } = browser()
  const before = tab()
  await before.start()
  before.show(screen('a:ETH'), 1)
  before.keep(draft('a:ETH', 2))
  expect(await before.flush()).toBe(false)
  expect(before.unsent()).toBe(true)
  const after = tab()
  expect(await after.start()).toMatchObject({ instrument: 'a:ETH' })
  expect(notesOf(after, 'a:ETH')).toBe('mine')
})

it('is sent once the server answers again, and once only', async () => {
  server.away = true
  const store = browser().tab()
  store.show(screen('a:ETH'), 1)
  await store.flush()
  server.away = false
  expect(await store.flush()).toBe(true)
  expect(store.unsent()).toBe(false)
  expect(await store.flush()).toBe(true)
  expect(server.puts).toBe(1)
  expect(server.state).toMatchObject({ instrument: 'a:ETH' })
})

it('says what was left on another machine before it writes over it', async () => {
  const there = browser().tab()
  there.show(screen('a:BTC'), 5)
  await there.flush()
  const here = browser().tab()
  expect(await here.start()).toMatchObject({ instrument: 'a:BTC', at: 5 })
  here.show(screen('a:ETH'), 9)
  await here.flush()
  expect(await here.start()).toMatchObject({ instrument: 'a:BTC' })
  expect(await browser().tab().start()).toMatchObject({ instrument: 'a:ETH' })
})

it('brings two machines together that write at once, and loses the drafts of neither', async () => {
  const [a, b] = [browser().tab(), browser().tab()]
  await Promise.all([a.start(), b.start()])
  a.keep(draft('a:ETH', 3, 'of a'))
  b.keep(draft('a:BTC', 4, 'of b'))
  expect(await Promise.all([a.flush(), b.flush()])).toEqual([true, true])
  expect(server.state?.drafts.map(({ content }) => content?.notes).sort()).toEqual(['of a', 'of b'])
  await a.flush()
  const c = browser().tab()
  await c.start()
  expect([notesOf(c, 'a:ETH'), notesOf(c, 'a:BTC')]).toEqual(['of a', 'of b'])
})

it('does not bring back what was saved here, also from a machine whose clock is ahead', async () => {
  const ahead = browser().tab()
  ahead.keep(draft('a:ETH', 9_000))
  await ahead.flush()
  const here = browser().tab()
  await here.start()
  expect(notesOf(here, 'a:ETH')).toBe('mine')
  here.drop('a:ETH', null, 10)
  here.show(screen('a:ETH'), 11)
  await here.flush()
  await ahead.flush()
  ahead.show(screen('a:ETH'), 9_001)
  await ahead.flush()
  expect(ahead.draft('a:ETH', null)?.content).toBeNull()
  expect(server.state?.drafts[0]?.content).toBeNull()
})

it('keeps what another tab wrote, and shows the newest of both', () => {
  const { tab } = browser()
  const [one, two] = [tab(), tab()]
  one.keep(draft('a:ETH', 1, 'of one'))
  two.keep(draft('a:BTC', 2, 'of two'))
  one.show(screen('a:SOL'), 3)
  expect([notesOf(one, 'a:ETH'), notesOf(one, 'a:BTC')]).toEqual(['of one', 'of two'])
  two.changed()
  expect(two.state()).toMatchObject({ instrument: 'a:SOL' })
  expect(notesOf(two, 'a:ETH')).toBe('of one')
})

it('begins anew where storage holds something else, or is blocked', async () => {
  for (const text of ['{', '[]', '"x"', null]) {
    const store = new WorkingStore({ read: () => text, write: () => undefined, get: server.get, put: server.put })
    expect(store.state()).toBeNull()
    store.keep(draft('a:ETH', 1))
    expect(notesOf(store, 'a:ETH')).toBe('mine')
  }
})

it('does not send again what the server will never take', async () => {
  let puts = 0
  const store = new WorkingStore({
    read: () => null,
    write: () => undefined,
    get: server.get,
    put: async () => {
      puts += 1
      return 'refused'
    },
  })
  store.keep(draft('a:ETH', 1))
  expect(await store.flush()).toBe(true)
  expect(await store.flush()).toBe(true)
  expect(puts).toBe(1)
  expect(notesOf(store, 'a:ETH')).toBe('mine')
})

it('sends what was changed while it was sending', async () => {
  const store = browser().tab()
  await store.start()
  store.show(screen('a:ETH'), 1)
  const sending = store.flush()
  store.keep(draft('a:ETH', 2))
  expect(await sending).toBe(true)
  expect(server.state?.drafts).toHaveLength(1)
  expect(store.unsent()).toBe(false)
})
