import { describe, expect, it } from 'vitest'
import { joinPath, joinTokenOf } from './join-path.ts'
import { agoOf, initialsOf, leftOf, problemOf } from './words.ts'

const NOW = Date.UTC(2026, 2, 5, 12)
const MINUTE = 60_000

it('times are short, and become dates', () => {
  const ago = (ms: number) => agoOf(NOW - ms, NOW)
  expect([ago(-5_000), ago(59_000), ago(4.6 * MINUTE), ago(150 * MINUTE), ago(30 * 60 * MINUTE), ago(8 * 1_440 * MINUTE)]).toEqual([
    'now',
    'now',
    '4\u202fm ago',
    '2\u202fh ago',
    '1\u202fd ago',
    '25 Feb 2026',
  ])
  expect([leftOf(NOW + 6.99 * 1_440 * MINUTE, NOW), leftOf(NOW + 1_000, NOW), leftOf(NOW - 1, NOW)]).toEqual([
    '7\u202fd',
    '1\u202fm',
    '1\u202fm',
  ])
})

it('initials are letters, whatever the name is', () => {
  expect(['Mara Köhler', 'li.wei@northwall.example', '🦊 fox', '<img src=x>', 'שלום', '🦊', ''].map(initialsOf)).toEqual([
    'MK',
    'LW',
    'F',
    'IS',
    'ש',
    '',
    '',
  ])
})

describe('the path of an invitation', () => {
  const token = `${'A-_z'.repeat(10)}abc`
  it('is read back', () => {
    expect(joinTokenOf(joinPath(token))).toBe(token)
  })
  it.each(['/join/', '/join/short', `/join/${token}/more`, `/x/join/${token}`, `//evil.example/join/${token}`, `/join/${token}?x`])(
    'is not %s',
    (path) => {
      expect(joinTokenOf(path)).toBeNull()
    },
  )
})

it('a refusal is a sentence without the name of its field', () => {
  const refusal = (message: string) => Object.assign(new Error(message), { data: { code: 'BAD_REQUEST' } })
  expect(problemOf(refusal('name: give it a name'))).toBe('Give it a name.')
  expect(problemOf(refusal('A team keeps at least one owner.'))).toBe('A team keeps at least one owner.')
  expect(problemOf(new Error('fetch failed'))).toMatch(/does not answer/)
})
