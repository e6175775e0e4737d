import { expect, it } from 'vitest'
import { VIEW_KEYS } from '../saved/prepare/view-query.ts'
import { queryOfUrl, urlOfQuery } from './use-heatmap-url.ts'

const QUERY = {
  heat: '0',
  obs: '0',
  scale: 'percentile',
  pal: 'viridis',
  side: 'long',
  ps: 'line',
  log: '1',
  p: 'funding,risk:120',
  prof: '0',
  tz: 'local',
  lev: '0,2',
  r: '7d',
  res: '30m',
  lo: '500000',
  hi: '2000000',
  from: '1760000000000',
  to: '1760100000000',
  pl: '61000',
  ph: '65000.5',
  at: '1760050000000',
}

it('knows every parameter of the address that a view keeps, there and back', () => {
  expect(Object.keys(QUERY).toSorted()).toEqual([...VIEW_KEYS].toSorted())
  const url = urlOfQuery(QUERY, VIEW_KEYS)
  expect(Object.values(url)).not.toContain(null)
  expect(queryOfUrl(url as Parameters<typeof queryOfUrl>[0])).toEqual(QUERY)
})

it('takes away what is not named and what nobody understands', () => {
  const url = urlOfQuery({ pal: 'rainbow', log: '1' }, ['pal', 'log', 'lo'])
  expect(url).toEqual({ pal: null, log: true, lo: null })
})
