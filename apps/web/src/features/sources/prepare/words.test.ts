import { expect, it } from 'vitest'
import { formatBytes, formatLeft, formatOffset, spoolAlarm, weightTone, wholePercent } from './words.ts'

it('writes bytes, offsets and per cents', () => {
  expect([0, 999, 1_000, 12_400, 999_499, 999_500, 12_400_000, 256e6, 4e9].map(formatBytes)).toEqual([
    '0\u202fB',
    '999\u202fB',
    '1.0\u202fkB',
    '12\u202fkB',
    '999\u202fkB',
    '1.0\u202fMB',
    '12\u202fMB',
    '256\u202fMB',
    '4.0\u202fGB',
  ])
  expect([-12.4, 0, 999, 2_400].map(formatOffset)).toEqual(['12\u202fms', '0\u202fms', '999\u202fms', '2.4\u202fs'])
  expect([1, 1_000, 9_400, 12_000].map(formatLeft)).toEqual(['1\u202fs', '1\u202fs', '10\u202fs', '12\u202fs'])
  expect([-1, 0, 0.29, 0.999, 1, 2].map(wholePercent)).toEqual([0, 0, 29, 99, 100, 100])
})

it('rings for a spool that holds or has lost something', () => {
  expect(spoolAlarm({})).toBeNull()
  expect(spoolAlarm({ spool: { bytes: 0, capBytes: 9, droppedEvents: 0 } })).toBeNull()
  expect(spoolAlarm({ spool: { bytes: 1, capBytes: 9, droppedEvents: 0 } })).toEqual({ bytes: 1, capBytes: 9, lost: 0 })
  expect(spoolAlarm({ spool: { bytes: 0, capBytes: 9, droppedEvents: 2 } })).toEqual({ bytes: 0, capBytes: 9, lost: 2 })
})

it('warns before the venue does', () => {
  expect([0, 79, 80, 94, 95, 120].map((used) => weightTone({ used, limit: 100 }))).toEqual(['calm', 'calm', 'warn', 'warn', 'err', 'err'])
  expect(weightTone({ used: 3, limit: 0 })).toBe('calm')
})
