/** Where what one source's feed brings and misses goes. */
import type { FeedSink } from '../feed/feed-sink.ts'
import type { QuarantineGate } from '../feed/quarantine-gate.ts'
import type { Ingest } from '../ingest/ingest.ts'
import type { SourceMetrics } from '../metrics/source-metrics.ts'

export function sourceSink(options: {
  ingest: Ingest
  sourceId: number
  metrics: SourceMetrics
  quarantine: QuarantineGate
  /** of a market that this worker writes */
  lineOf: (instrumentId: number) => { missed(): void } | undefined
}): FeedSink {
  const { ingest, sourceId, metrics, quarantine, lineOf } = options
  return {
    accept: (instrumentId, events) => {
      // What comes together is of one channel.
      if (events[0]) metrics.events(events[0].type, events.length)
      ingest.accept(instrumentId, events)
    },
    cover: (instrumentId, channel, coveredTo) => ingest.cover(instrumentId, channel, coveredTo),
    gap: (instrumentId, channel, from, to, status, reason) => {
      metrics.gap(channel, status)
      // Candles are the line's: it knows which are stored, and a bucket is there or not.
      if (channel === 'candle') lineOf(instrumentId)?.missed()
      else ingest.enterGap({ instrumentId, channel, from, to, status, reason })
    },
    quarantine: (reason, raw, receivedAt) => {
      metrics.unread()
      if (quarantine.admits(reason)) ingest.quarantine(sourceId, reason, raw, receivedAt)
    },
  }
}
