import { describe, expect, it } from 'vitest'
import { sampleMarket, sampleScenario } from './samples.ts'
import type { CascadeResult } from './simulate.ts'
import { type FromWorker, makeAnswerer, NewestWins, type ToWorker } from './worker-protocol.ts'

/** A page and a worker with a wire between them that delivers when it is told to. */
function together() {
  const wire: ToWorker[] = []
  const answers: FromWorker[] = []
  const results: (CascadeResult | null)[] = []
  const failures: string[] = []
  const running: (number | null)[] = []
  const answer = makeAnswerer(
    (message) => answers.push(message),
    () => 0,
  )
  const queue = new NewestWins((message) => wire.push(message), {
    result: (result) => results.push(result),
    failed: (message) => failures.push(message),
    running: (id) => running.push(id),
  })
  return {
    queue,
    wire,
    results,
    failures,
    running,
    /** the worker does all that has come to it; the page hears all that it has said */
    work: () => {
      for (const message of wire.splice(0)) answer(message)
    },
    hear: () => {
      for (const message of answers.splice(0)) queue.receive(message)
    },
  }
}
const shock = (percent: number) => sampleScenario({ shock: percent })
const shocks = (results: readonly (CascadeResult | null)[]) => results.map((result) => result?.scenario.shock)

describe('the newest scenario wins', () => {
  it('drops those that were overtaken before their turn', () => {
    const page = together()
    const market = sampleMarket()
    for (const percent of [1, 2, 3, 4]) page.queue.ask(market, shock(percent))
    expect(page.wire.map((message) => message.kind)).toEqual(['market', 'run'])
    page.work()
    page.hear()
    expect(shocks(page.results)).toEqual([1])
    expect(page.wire).toMatchObject([{ kind: 'run', scenario: { shock: 4 } }])
    page.work()
    page.hear()
    expect(shocks(page.results)).toEqual([1, 4])
    expect(page.wire).toEqual([])
    expect(page.running.at(-1)).toBeNull()
  })

  it('shows nothing of a market that is no longer the one', () => {
    const page = together()
    const later = sampleMarket({ price: 100.5 })
    page.queue.ask(sampleMarket(), shock(2))
    page.work()
    page.queue.ask(later, shock(2))
    page.hear()
    expect(page.results).toEqual([])
    page.work()
    page.hear()
    expect(page.results.map((result) => result?.price)).toEqual([100.5])
  })

  it('ends on the newest even when a run fails, and says why it failed', () => {
    const page = together()
    const market = sampleMarket()
    page.queue.ask(market, shock(Number.NaN))
    page.queue.ask(market, shock(2))
    page.work()
    page.hear()
    expect(page.failures).toHaveLength(1)
    page.work()
    page.hear()
    expect(page.results[0]?.closed.endPrice).toBeCloseTo(96, 9)
  })

  it('says that no depth is known', () => {
    const page = together()
    page.queue.ask(sampleMarket({ book: null }), shock(2))
    page.work()
    page.hear()
    expect(page.results).toEqual([null])
  })
})

it('what is sent survives the way to another thread', () => {
  const market = structuredClone(sampleMarket({ draws: [{ long: { firstBin: 4590, usd: [1, 2] }, short: { firstBin: 0, usd: [] } }] }))
  const said: FromWorker[] = []
  const answer = makeAnswerer(
    (message) => said.push(structuredClone(message)),
    () => 0,
  )
  answer({ kind: 'market', market })
  answer({ kind: 'run', id: 7, scenario: shock(2) })
  expect(said).toMatchObject([{ kind: 'done', id: 7, result: { closed: { liquidatedUsd: 1200 } } }])
})
