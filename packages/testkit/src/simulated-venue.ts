/** A simulated venue for tests: small, quick to be ready, the same in every run. */
import { startVenue, type Venue, type VenueOptions } from '@faultline/simulator/venue'

/** 2026-06-01T00:00:00Z: the venue's time when it starts, unless it is told otherwise. */
export const VENUE_START = 1_780_272_000_000

/**
 * Starts one of the large calm instruments with six hours of history, at ordinary speed, on free ports, without a folder.
 * Options replace these; with `venues` the instrument is split over several wire formats. It trades when this resolves; close it in the test's `afterEach` or `afterAll`.
 */
export async function startTestVenue(options: Partial<VenueOptions> = {}): Promise<Venue> {
  const venue = await startVenue({
    seed: 7,
    symbols: ['SIMOAKUSDT'],
    historyDays: 0.25,
    warmUpDays: 0.25,
    clockStart: VENUE_START,
    inline: true,
    ...options,
  })
  try {
    await venue.ready
  } catch (error) {
    await venue.close()
    throw error
  }
  return venue
}
