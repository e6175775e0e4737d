import { storeReadings } from '@faultline/db/repositories/market-readings'
import { START } from '@faultline/testkit/factories'
import { expect, it } from 'vitest'
import { createCaller } from '../../../server/caller.ts'
import { builtMarket } from '../../../server/testing/market.ts'
import { webUnderTest } from '../../../server/testing/web-under-test.ts'
import type { News } from '../../stream/server/news.ts'

const web = webUnderTest()
const FIVE = 300_000

async function read(market: Awaited<ReturnType<typeof builtMarket>>, bucket: number, price: number) {
  const reading = {
    instrumentId: market.instrument.id,
    buildId: market.build.id,
    bucket,
    bucketMs: FIVE,
    price,
    change24h: 0.1,
    risk: 42,
    longUsd: 2,
    shortUsd: 1,
    below: { price: 98, usd: 3, distance: -0.02 },
    above: null,
    openInterestUsd: 1e6,
    openInterestChange24h: null,
    fundingRate: 0.0001,
    fundingHours: 1,
    liquidatedLongUsd: null,
    liquidatedShortUsd: null,
    sparkline: [10, 30, 20],
  }
  const breakouts = [{ instrumentId: market.instrument.id, time: bucket, side: 'long' as const, low: 97, high: 98, usd: 5, n: 2 }]
  await storeReadings(web.database.db, [{ reading, breakoutState: {}, breakouts }])
}

it('lists what was read and what was not, and then only what has changed', async () => {
  const [a, b] = [await builtMarket(web.database.db, { count: 3 }), await builtMarket(web.database.db, { count: 3 })]
  const { screener } = web.services
  const rowOf = async (key: string, since?: number) => (await screener.list(since)).rows.find((row) => row.key === key)
  await expect.poll(() => rowOf(a.instrument.key)).toMatchObject({ reading: null, waiting: 'reading' })
  await read(a, START + FIVE, 101)
  await expect
    .poll(async () => (await rowOf(a.instrument.key))?.reading)
    .toMatchObject({ price: 101, risk: 42, below: { distance: -0.02 }, above: null, funding8h: 0.0008, sparkline: [0, 100, 50] })
  expect(await rowOf(b.instrument.key)).toMatchObject({ reading: null })
  const { asOf } = await screener.list()
  expect(asOf).toBeGreaterThan(0)
  expect(await rowOf(a.instrument.key, asOf + 3_600_000)).toBeUndefined()
  expect(await rowOf(a.instrument.key, asOf)).toBeDefined()
  expect((await screener.breakouts()).find((row) => row.key === a.instrument.key)).toMatchObject({ side: 'long', age: FIVE, usd: 5, n: 2 })
})

it('tells open pages that there is something new, and nobody who is not signed in', async () => {
  const market = await builtMarket(web.database.db, { count: 3 })
  const person = await web.addPerson()
  const session = await web.services.sessions.ofCookies(await web.cookieOf(person))
  if (!session) throw new Error('not signed in')
  const over = new AbortController()
  const seen: News[] = []
  const following = (async () => {
    for await (const { news } of web.services.hub.follow({ session, signal: over.signal })) if (news.kind === 'readings') seen.push(news)
  })()
  // the state of before is told first
  await expect.poll(() => web.services.hub.readingsVersion()).not.toBeUndefined()
  const before = web.services.hub.readingsVersion() as number
  await read(market, START + 2 * FIVE, 102)
  await expect.poll(() => seen.at(-1)).toMatchObject({ kind: 'readings' })
  await expect.poll(() => (seen.at(-1) as { version: number }).version).toBeGreaterThan(before)
  expect(web.services.hub.readingsVersion()).toBeGreaterThan(before)
  over.abort()
  await following
  const nobody = createCaller({ services: web.services, session: null, ip: null }).screener
  await expect(nobody.list()).rejects.toThrow('Please sign in.')
  await expect(nobody.breakouts()).rejects.toThrow('Please sign in.')
})
