/** A feed at a server of the test’s own, made anew for each test: of Binance unless told otherwise. No rejection may escape it unhandled. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, vi } from 'vitest'
import { BanFile } from '../src/feed/ban-file.ts'
import type { VenueFeed } from '../src/feed/venue-feed.ts'
import { createBinanceFeed } from '../src/venues/binance/feed.ts'
import type { FeedOptions } from '../src/venues/carrier/carried-feed.ts'
import { TinyVenue } from './tiny-venue.ts'

/** For waitFor: machines of tests are slow. */
export const PATIENT = { timeout: 20_000 }
export const PATIENCE = { connectMs: 20_000, acknowledgeMs: 20_000, beginMs: 20_000, answerMs: 20_000 }

export interface TinyFeed {
  venue: TinyVenue
  /** what was logged */
  lines: string[]
  feedOf(change?: Partial<FeedOptions>): VenueFeed
}

/** To be called once per test file. */
export function useTinyFeed(create: (options: FeedOptions) => VenueFeed = createBinanceFeed): TinyFeed {
  vi.setConfig({ testTimeout: 40_000, hookTimeout: 40_000 })
  let folder: string
  let escaped: unknown[]
  const onEscaped = (reason: unknown) => escaped.push(reason)
  const tiny: TinyFeed = {
    venue: new TinyVenue(),
    lines: [],
    feedOf(change = {}) {
      const feed = create({
        restUrl: tiny.venue.rest,
        wsUrl: tiny.venue.ws,
        banFile: new BanFile(path.join(folder, 'bans.json')),
        log: (line) => tiny.lines.push(line),
        ...change,
      })
      onTestFinished(() => feed.close())
      return feed
    },
  }

  beforeEach(async () => {
    tiny.venue = await TinyVenue.start()
    tiny.lines = []
    folder = mkdtempSync(path.join(tmpdir(), 'faultline-feed-'))
    escaped = []
    process.on('unhandledRejection', onEscaped)
  })
  afterEach(async () => {
    await tiny.venue.stop()
    rmSync(folder, { recursive: true })
    // Rejections that nobody took are told after the tasks of this turn.
    await new Promise((done) => setTimeout(done, 10))
    process.off('unhandledRejection', onEscaped)
    expect(escaped).toEqual([])
  })
  return tiny
}
