import { expect, it } from 'vitest'
import type { ColumnsNews, FeedNews } from '../../stream/server/news.ts'
import { isOutdated } from './is-outdated.ts'

const view = { build: { id: 7, lastBucket: 600 }, gapsKnown: '1.5' }
const columns = (buildId: number, lastBucket: number): ColumnsNews => ({
  kind: 'columns',
  instrumentKey: 'a:A',
  buildId,
  lastBucket,
  madeAt: null,
})
const feed = (gaps: string): FeedNews => ({
  kind: 'feed',
  instrumentKey: 'a:A',
  sourceId: 1,
  state: 'live',
  message: null,
  channels: {},
  backfill: null,
  silent: null,
  gaps,
})

it('is so for a newer column, another build or other gaps, and for nothing else', () => {
  expect(isOutdated(view, null, null)).toBe(false)
  expect(isOutdated(view, columns(7, 600), feed('1.5'))).toBe(false)
  expect(isOutdated(view, columns(7, 540), null)).toBe(false)
  expect(isOutdated(view, columns(7, 660), null)).toBe(true)
  // a new generation may end where the old one did, or before
  expect(isOutdated(view, columns(8, 600), null)).toBe(true)
  expect(isOutdated(view, columns(8, 540), null)).toBe(true)
  expect(isOutdated(view, null, feed(''))).toBe(true)
})
