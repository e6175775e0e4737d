import { expect, it } from 'vitest'
import { actionChoices, auditCsvPath, stampOf } from './audit.ts'

it('offers whole kinds before their actions', () => {
  expect(actionChoices(['plan.changed', 'user.deleted', 'user.disabled'], '')).toEqual([
    'plan.changed',
    'user.',
    'user.deleted',
    'user.disabled',
  ])
  expect(actionChoices([], 'user.')).toEqual(['user.'])
})

it('exports what is asked for', () => {
  expect(auditCsvPath({})).toBe('/admin/audit/log.csv')
  expect(auditCsvPath({ person: 'a&b=c', action: 'user.', refusedOnly: true, from: 1, to: 2 })).toBe(
    '/admin/audit/log.csv?person=a%26b%3Dc&action=user.&refused=1&from=1&to=2',
  )
  expect(stampOf(Date.UTC(2026, 2, 5, 14, 3, 9))).toBe('2026-03-05 14:03:09')
})
