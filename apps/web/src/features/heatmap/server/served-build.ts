import type { Database } from '@faultline/db/database'
import { findBuild } from '@faultline/db/repositories/builds'
import { findInstrument } from '@faultline/db/repositories/instruments'
import { FaultlineError } from '@faultline/market/errors'

/** An instrument and its served build that has at least one column. @throws FaultlineError not_found, bad_input */
export async function servedBuild(db: Database, key: string) {
  const instrument = await findInstrument(db, key)
  const build = instrument.currentBuildId === null ? null : await findBuild(db, instrument.currentBuildId)
  if (!build || build.firstBucket === null || build.lastBucket === null)
    throw new FaultlineError('not_found', `${instrument.key} has no estimated column yet. Import candles and open interest for it first.`)
  return { instrument, build: { ...build, firstBucket: build.firstBucket, lastBucket: build.lastBucket } }
}
