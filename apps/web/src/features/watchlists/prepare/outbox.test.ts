import { beforeEach, describe, expect, it } from 'vitest'
import { applyAll, type Operation } from './operations.ts'
import { type Answer, Outbox, type Pending, readQueue, type StoredList, type Told, withPending } from './outbox.ts'

const ID = '11111111-1111-4111-8111-111111111111'
const OTHER = '22222222-2222-4222-8222-222222222222'
const add = (key: string): Operation => ({ kind: 'add', rows: [{ instrument: key, note: '' }], before: null, after: null })
let count = 0
const change = (operation: Operation, listId = ID): Pending => ({ id: `p${++count}`, listId, operation })
const keysOf = (list: StoredList | undefined) => list?.content.rows.map(({ instrument }) => instrument)

/** A server with versions, in memory. */
let lists: Map<string, StoredList>
let kept: string | null
let shown: Map<string, StoredList>
let told: Told[]
let fate: (() => Answer<StoredList> | null) | null
let before: (() => void) | null
let asked: string[]

const listOf = (id: string, ...keys: string[]): StoredList => ({
  id,
  version: 1,
  name: 'Mine',
  content: { rows: keys.map((instrument) => ({ instrument, note: '' })), notes: '' },
})
/** Somebody else's change. */
const others = (operation: Operation, id = ID) => {
  const list = lists.get(id)
  if (list) lists.set(id, { ...list, ...applyAll(list, [operation]).list, id, version: list.version + 1 })
}
const outbox = () =>
  new Outbox<StoredList>({
    read: () => kept,
    write: (text) => {
      kept = text
      return true
    },
    alone: (work) => work(),
    known: (id) => shown.get(id),
    get: async (id) => {
      asked.push('get')
      const list = lists.get(id)
      return fate?.() ?? (list ? { ok: true, list } : { ok: false, why: 'refused', message: 'gone' })
    },
    update: async (id, version, change) => {
      asked.push('update')
      before?.()
      const answer = fate?.()
      if (answer) return answer
      const list = lists.get(id)
      if (!list) return { ok: false, why: 'refused', message: 'gone' }
      if (list.version !== version) return { ok: false, why: 'conflict' }
      const next = { ...list, ...change, version: version + 1 }
      lists.set(id, next)
      return { ok: true, list: next }
    },
    took: (list) => void shown.set(list.id, list),
    tell: (what) => void told.push(what),
  })

beforeEach(() => {
  lists = new Map([ID, OTHER].map((id) => [id, listOf(id, 'aaa', 'bbb')]))
  shown = new Map(lists)
  kept = null
  told = []
  fate = null
  before = null
  asked = []
})

it('brings all changes of a list at once, and says nothing', async () => {
  const box = outbox()
  box.add(change(add('ccc')))
  box.add(change({ kind: 'remove', instrument: 'aaa' }))
  box.add(change(add('ddd'), OTHER))
  expect(keysOf(withPending(listOf(ID, 'aaa', 'bbb'), box.pending()))).toEqual(['bbb', 'ccc'])
  expect(await box.flush()).toBe(true)
  expect(keysOf(lists.get(ID))).toEqual(['bbb', 'ccc'])
  expect(keysOf(lists.get(OTHER))).toEqual(['aaa', 'bbb', 'ddd'])
  expect(shown.get(ID)?.version).toBe(2)
  expect(asked).toEqual(['update', 'update'])
  expect(kept).toBeNull()
  expect(told).toEqual([])
})

describe('when somebody else was first', () => {
  it('does the same on their version: nothing is overwritten', async () => {
    const box = outbox()
    others(add('theirs'))
    box.add(change({ kind: 'move', instrument: 'bbb', before: 'aaa', after: null }))
    await box.flush()
    expect(keysOf(lists.get(ID))).toEqual(['bbb', 'aaa', 'theirs'])
    expect(asked).toEqual(['update', 'get', 'update'])
    expect(told).toEqual([])
  })
  it('says what is no more possible, having asked for the newest', async () => {
    const box = outbox()
    others({ kind: 'remove', instrument: 'bbb' })
    const move = change({ kind: 'move', instrument: 'bbb', before: 'aaa', after: null })
    box.add(move)
    box.add(change(add('ccc')))
    await box.flush()
    expect(keysOf(lists.get(ID))).toEqual(['aaa', 'ccc'])
    expect(told).toMatchObject([{ kind: 'refused', pending: move, refusal: 'gone' }])
  })
  it('believes no old version that a change is not needed', async () => {
    const box = outbox()
    others({ kind: 'remove', instrument: 'aaa' })
    box.add(change(add('aaa')))
    await box.flush()
    expect(keysOf(lists.get(ID))).toEqual(['bbb', 'aaa'])
  })
  it('waits for a quieter moment where they never stop, and loses nothing', async () => {
    const box = outbox()
    let n = 0
    before = () => others(add(`their${n++}`))
    box.add(change(add('ccc')))
    expect(await box.flush()).toBe(false)
    expect(box.pending()).toHaveLength(1)
    before = null
    expect(await box.flush()).toBe(true)
    expect(keysOf(lists.get(ID))).toContain('ccc')
  })
})

describe('when the server cannot be reached', () => {
  it('keeps everything, over a new start too', async () => {
    fate = () => ({ ok: false, why: 'unreachable' })
    outbox().add(change(add('ccc')))
    expect(await outbox().flush()).toBe(false)
    fate = null
    expect(keysOf(withPending(listOf(ID, 'aaa'), readQueue(kept)))).toEqual(['aaa', 'ccc'])
    expect(await outbox().flush()).toBe(true)
    expect(keysOf(lists.get(ID))).toEqual(['aaa', 'bbb', 'ccc'])
    expect(told).toEqual([])
  })
  it('brings the other lists where one answers', async () => {
    const box = outbox()
    box.add(change(add('ccc')))
    box.add(change(add('ddd'), OTHER))
    let first = true
    fate = () => {
      if (!first) return null
      first = false
      return { ok: false, why: 'unreachable' }
    }
    expect(await box.flush()).toBe(false)
    expect(keysOf(lists.get(OTHER))).toContain('ddd')
    expect(box.pending().map(({ listId }) => listId)).toEqual([ID])
  })
})

it('takes back what the server refuses, and tells its words', async () => {
  const box = outbox()
  box.add(change(add('ccc')))
  fate = () => ({ ok: false, why: 'refused', message: 'You are a viewer of this team.' })
  expect(await box.flush()).toBe(true)
  expect(box.pending()).toEqual([])
  expect(told).toMatchObject([{ kind: 'failed', message: 'You are a viewer of this team.' }])
})

it('brings what is added while it is at work', async () => {
  const box = outbox()
  box.add(change(add('ccc')))
  before = () => {
    before = null
    box.add(change(add('ddd')))
    void box.flush()
  }
  expect(await box.flush()).toBe(true)
  expect(keysOf(lists.get(ID))).toEqual(['aaa', 'bbb', 'ccc', 'ddd'])
  expect(box.pending()).toEqual([])
})

it('works without a place to keep things', async () => {
  const box = new Outbox<StoredList>({
    read: () => null,
    write: () => false,
    alone: (work) => work(),
    known: () => lists.get(ID),
    get: async () => ({ ok: false, why: 'unreachable' }),
    update: async () => ({ ok: false, why: 'unreachable' }),
    took: () => undefined,
    tell: () => undefined,
  })
  box.add(change(add('ccc')))
  expect(await box.flush()).toBe(false)
  expect(box.pending()).toHaveLength(1)
})

it.each([[null], ['{'], ['7'], ['{"a":1}'], ['[{"id":"x"}]'], [`[{"id":"x","listId":"${ID}","operation":{"kind":"drop"}}]`]])(
  'reads nothing out of %s',
  (text) => expect(readQueue(text)).toEqual([]),
)
