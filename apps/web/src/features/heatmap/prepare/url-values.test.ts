import { expect, it } from 'vitest'
import { readClasses, readPanes, writeClasses, writePanes } from './url-values.ts'

it('reads panes in their order and drops what is none', () => {
  expect(readPanes('interest:120,funding')).toEqual([{ id: 'interest', height: 120 }, { id: 'funding' }])
  expect(readPanes('funding,funding,<img>,risk:9,volume:1e9,flow:abc')).toEqual([
    { id: 'funding' },
    { id: 'risk' },
    { id: 'volume' },
    { id: 'flow' },
  ])
  expect(readPanes('none')).toEqual([])
  expect(readPanes(writePanes([{ id: 'risk', height: 80 }, { id: 'flow' }]))).toEqual([{ id: 'risk', height: 80 }, { id: 'flow' }])
  expect(readPanes(writePanes([]))).toEqual([])
})

it('reads classes of leverage; none that there is means all', () => {
  expect(readClasses('0,2', 3)).toEqual([true, false, true])
  expect(readClasses('7,x', 3)).toEqual([true, true, true])
  expect(writeClasses([true, true])).toBeNull()
  expect(writeClasses([false, true, true])).toBe('1,2')
})
