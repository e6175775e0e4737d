import { expect, it } from 'vitest'
import { forReader } from './for-reader.ts'

const source = { kind: 'source' as const, state: 'unreachable' as const, message: 'connect ECONNREFUSED 10.0.0.7:9443' }

it('names hosts to administrators only', () => {
  expect(forReader({ role: 'admin' }, source)).toBe(source)
  expect(forReader({ role: 'member' }, source)).toEqual({ ...source, message: null })
  expect(forReader({ role: 'member' }, { ...source, kind: 'feed' as const }).message).toBeNull()
})

it('tells everybody the rest', () => {
  const late = { kind: 'feed' as const, state: 'late' as const, message: 'the next column is 12 s late' }
  expect(forReader({ role: 'member' }, late)).toBe(late)
  const columns = { kind: 'columns' as const, lastBucket: 1 }
  expect(forReader({ role: 'member' }, columns)).toBe(columns)
})
