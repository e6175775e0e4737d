import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyAll, applyOperation, MOST_ROWS, moveTo, type Operation, restoreRow, type Watchlist } from './operations.ts'

const listOf = (...keys: string[]): Watchlist => ({
  name: 'Majors',
  content: { rows: keys.map((instrument) => ({ instrument, note: '' })), notes: '' },
})
const keysOf = (list: Watchlist) => list.content.rows.map(({ instrument }) => instrument)
const keysAfter = (list: Watchlist, operation: Operation) => keysOf(applyOperation(list, operation).list)

describe('adding', () => {
  it('puts rows between those that are named, else at the end, and none twice', () => {
    const list = listOf('aaa', 'bbb')
    const rows = [{ instrument: 'ccc', note: 'new' }]
    expect(keysAfter(list, { kind: 'add', rows, before: 'bbb', after: 'aaa' })).toEqual(['aaa', 'ccc', 'bbb'])
    expect(keysAfter(list, { kind: 'add', rows, before: 'gone', after: 'aaa' })).toEqual(['aaa', 'ccc', 'bbb'])
    expect(keysAfter(list, { kind: 'add', rows, before: 'gone', after: null })).toEqual(['aaa', 'bbb', 'ccc'])
    const again = applyOperation(list, { kind: 'add', rows: [{ instrument: 'aaa', note: 'x' }], before: null, after: null })
    expect(again).toEqual({ list, refusal: null })
    expect(again.list).toBe(list)
  })
  it('is refused whole where there is no room', () => {
    const full = listOf(...Array.from({ length: MOST_ROWS - 1 }, (_, i) => `key${i}`))
    const rows = [
      { instrument: 'one', note: '' },
      { instrument: 'two', note: '' },
    ]
    expect(applyOperation(full, { kind: 'add', rows, before: null, after: null })).toEqual({ list: full, refusal: 'full' })
    expect(keysOf(applyOperation(full, { kind: 'add', rows: rows.slice(0, 1), before: null, after: null }).list)).toHaveLength(MOST_ROWS)
  })
})

describe('texts', () => {
  const list: Watchlist = { name: 'Majors', content: { rows: [{ instrument: 'aaa', note: 'theirs' }], notes: 'theirs' } }
  it('are written over what was read, and over nothing else', () => {
    expect(applyOperation(list, { kind: 'note', instrument: 'aaa', note: 'mine', was: 'theirs' }).list.content.rows[0]?.note).toBe('mine')
    expect(applyOperation(list, { kind: 'note', instrument: 'aaa', note: 'mine', was: '' })).toEqual({ list, refusal: 'changed' })
    expect(applyOperation(list, { kind: 'note', instrument: 'bbb', note: 'mine', was: '' })).toEqual({ list, refusal: 'gone' })
    expect(applyOperation(list, { kind: 'notes', notes: 'mine', was: '' }).refusal).toBe('changed')
    expect(applyOperation(list, { kind: 'notes', notes: 'mine', was: 'theirs' }).list.content.notes).toBe('mine')
    expect(applyOperation(list, { kind: 'rename', name: 'Mine', was: 'Other' }).refusal).toBe('changed')
    expect(applyOperation(list, { kind: 'rename', name: 'Mine', was: 'Majors' }).list.name).toBe('Mine')
  })
  it('that say the same already are no change', () => {
    expect(applyOperation(list, { kind: 'note', instrument: 'aaa', note: 'theirs', was: 'older' })).toEqual({ list, refusal: null })
    expect(applyOperation(list, { kind: 'rename', name: 'Majors', was: 'older' }).list).toBe(list)
  })
})

describe('moving', () => {
  it('names neighbours, so that it means the same in a list that has changed', () => {
    const move = moveTo(listOf('aaa', 'bbb', 'ccc').content.rows, 2, 0) as Operation
    expect(keysAfter(listOf('new', 'aaa', 'bbb', 'ccc'), move)).toEqual(['new', 'ccc', 'aaa', 'bbb'])
    expect(applyOperation(listOf('aaa'), move).refusal).toBe('gone')
  })
  it('is nothing where the row stands there', () => {
    const { rows } = listOf('aaa', 'bbb').content
    expect(moveTo(rows, 1, 1)).toBeNull()
    expect(moveTo(rows, 1, 9)).toBeNull()
    expect(moveTo(rows, 5, 0)).toBeNull()
  })
  it('goes to every place from every place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(11), fc.nat(11), (count, a, b) => {
        const [from, to] = [a % count, b % count]
        const list = listOf(...Array.from({ length: count }, (_, i) => `key${i}`))
        const move = moveTo(list.content.rows, from, to)
        const moved = keysOf(list)
        moved.splice(to, 0, ...moved.splice(from, 1))
        expect(move ? keysAfter(list, move) : keysOf(list)).toEqual(moved)
      }),
    )
  })
})

const keys = fc.constantFrom('aaa', 'bbb', 'ccc', 'ddd', 'eee')
const place = { before: fc.option(keys), after: fc.option(keys) }
const anything: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    kind: fc.constant('add' as const),
    rows: fc.array(fc.record({ instrument: keys, note: fc.constant('') }), { maxLength: 4 }),
    ...place,
  }),
  fc.record({ kind: fc.constant('remove' as const), instrument: keys }),
  fc.record({ kind: fc.constant('move' as const), instrument: keys, ...place }),
  fc.record({ kind: fc.constant('note' as const), instrument: keys, note: fc.string(), was: fc.constant('') }),
)

it('whatever is done: no market twice, and a move loses none', () => {
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 30 }), (operations) => {
      let now = listOf('aaa', 'bbb', 'ccc')
      for (const operation of operations) {
        const next = applyOperation(now, operation).list
        expect(new Set(keysOf(next)).size).toBe(keysOf(next).length)
        if (operation.kind === 'move') expect(keysOf(next).toSorted()).toEqual(keysOf(now).toSorted())
        now = next
      }
    }),
  )
})

it('done a second time, an operation changes nothing more', () => {
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 8 }), anything, (before, operation) => {
      const { list } = applyAll(listOf('aaa', 'bbb'), before)
      const once = applyOperation(list, operation)
      if (once.refusal === null) expect(applyOperation(once.list, operation).list.content).toEqual(once.list.content)
    }),
  )
})

it('a row that was removed returns to where it stood, note and all', () => {
  const list: Watchlist = {
    name: 'x',
    content: { rows: ['aaa', 'bbb', 'ccc'].map((instrument) => ({ instrument, note: `${instrument}!` })), notes: '' },
  }
  for (const index of [0, 1, 2]) {
    const undo = restoreRow(list.content.rows, index) as Operation
    const without = applyOperation(list, { kind: 'remove', instrument: list.content.rows[index]?.instrument ?? '' }).list
    expect(applyOperation(without, undo).list).toEqual(list)
  }
  expect(restoreRow(list.content.rows, 3)).toBeNull()
})
