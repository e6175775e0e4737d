import type { Side } from '@faultline/market/units'
import { describe, expect, it } from 'vitest'
import { mapOf } from '../../test/readings.ts'
import { type ClusterTrackerState, NO_CLUSTERS, trackClusters } from './cluster-tracker.ts'
import { type Cluster, clustersOf } from './clusters.ts'

const MINUTE = 60_000
const template = clustersOf(mapOf({ [-5]: 100 }))[0] as Cluster
const cluster = (firstBin: number, lastBin: number, side: Side = 'long'): Cluster => ({ ...template, side, firstBin, lastBin })

/** Runs maps that are `step` minutes apart, the first at 0; per map `[id, age in minutes]` of each cluster. The state goes through JSON. */
function run(maps: Cluster[][], step = 5, patienceMs?: number) {
  let state: ClusterTrackerState = NO_CLUSTERS
  return maps.map((clusters, i) => {
    const time = i * step * MINUTE
    const next = trackClusters(JSON.parse(JSON.stringify(state)), time, clusters, patienceMs)
    state = next.state
    return next.clusters.map(({ id, since }) => [id, (time - since) / MINUTE])
  })
}

describe('trackClusters', () => {
  it('follows a cluster that moves and grows, per side', () => {
    expect(run([[cluster(-10, -5)], [cluster(-12, -7)], [cluster(-20, -12), cluster(-20, -12, 'short')]])).toEqual([
      [[1, 0]],
      [[1, 5]],
      [
        [1, 10],
        [2, 0],
      ],
    ])
  })

  it('gives a new id where nothing is shared', () => {
    expect(run([[cluster(-10, -5)], [cluster(-4, -1)]])).toEqual([[[1, 0]], [[2, 0]]])
  })

  it('leaves the id with the part that shares most, and the age with all parts', () => {
    expect(run([[cluster(-20, -1)], [cluster(-20, -15), cluster(-10, -1)]])).toEqual([
      [[1, 0]],
      [
        [2, 5],
        [1, 5],
      ],
    ])
  })

  it('gives what merges the id that shares most and the age of the oldest', () => {
    const maps = [[cluster(-20, -15)], [cluster(-20, -15), cluster(-10, -1)], [cluster(-20, -1)], [cluster(-20, -1)]]
    expect(run(maps)).toEqual([
      [[1, 0]],
      [
        [1, 5],
        [2, 0],
      ],
      [[2, 10]],
      [[2, 15]],
    ])
  })

  it('waits for one that is gone for half an hour', () => {
    const gone = (maps: number) => [[cluster(-10, -5)], ...Array<Cluster[]>(maps).fill([]), [cluster(-9, -6)]]
    // Seen at 0, missed on maps at 5 … 30, back at 35: the last map that still waited was the one at 30.
    expect(run(gone(6)).at(-1)).toEqual([[1, 35]])
    expect(run(gone(7)).at(-1)).toEqual([[2, 0]])
    expect(run(gone(1), 5, 0).at(-1)).toEqual([[2, 0]])
  })

  it('leaves the state that it is given as it is', () => {
    const { state } = trackClusters(NO_CLUSTERS, 0, [cluster(-10, -5)])
    const before = JSON.stringify(state)
    trackClusters(state, MINUTE, [cluster(-9, -2)])
    expect(JSON.stringify(state)).toBe(before)
  })
})
