/**
 * What a worker measures, for Prometheus: names and units are in docs/operations.md. Labels are bounded by the installation:
 * a venue's id, a source's number, a channel, a socket's name, a state; never an address and never a symbol.
 */
import type { DataSourceRow } from '@faultline/db/repositories/data-sources'
import { SECOND_MS } from '@faultline/market/units'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { IngestStats } from '../ingest/ingest.ts'
import type { SourceMetrics, SourceSample } from './source-metrics.ts'

const SOURCE = ['venue', 'source'] as const
/** Ages of what is committed: a flush is 150 ms, and a second is the promise. */
const LAG_BUCKETS_S = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 15, 60]
const DELAY_BUCKETS_S = [0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300]

/** Kept by the ingest itself since the worker began. */
const INGEST_COUNTS = {
  accepted: 'events that feeds have given to be stored',
  inserted: 'rows that were new',
  batches: 'transactions of events that were committed',
  spooled: 'events that went to disk because the database was away or slow',
  dropped: 'events that were lost because the spool was full',
  fenced: 'events that were left out because another worker holds their instrument',
  refused: 'events with values that the database refuses',
} as const satisfies Partial<Record<keyof IngestStats, string>>

type Labels = Record<(typeof SOURCE)[number], string>

export class WorkerMetrics {
  private readonly registry = new Registry()
  private readonly sources = new Map<string, { labels: Labels; sample: () => SourceSample }>()
  private readonly messages = this.counter('feed_messages_total', 'messages of sockets that were read', ['channel'])
  private readonly eventsOf = this.counter('feed_events_total', 'events of sockets and polls that were accepted', ['channel'])
  private readonly unread = this.counter('feed_unread_total', 'messages that nobody could read')
  private readonly lostSockets = this.counter('feed_sockets_lost_total', 'sockets that were lost, each of which is opened again', [
    'socket',
  ])
  private readonly gaps = this.counter('feed_gaps_total', 'entries into the ledger of gaps, an entry that grows included', [
    'channel',
    'status',
  ])
  private readonly windows = this.counter('backfill_windows_total', 'windows of history', ['outcome'])
  private readonly columns = this.counter('columns_total', 'live columns that were committed')
  private readonly columnDelay = new Histogram({
    name: 'faultline_column_delay_seconds',
    help: 'From the end of a bucket to the commit of its live column, on the clock of the venue',
    labelNames: [...SOURCE],
    buckets: DELAY_BUCKETS_S,
    registers: [this.registry],
  })
  private readonly lag = new Histogram({
    name: 'faultline_commit_lag_seconds',
    help: 'Age of the oldest live event of a transaction when it was committed',
    buckets: LAG_BUCKETS_S,
    registers: [this.registry],
  })

  constructor() {
    collectDefaultMetrics({ register: this.registry })
    this.sampled('feed_silence_seconds', 'time since the newest message of a channel, of the instrument that is silent for longest', {
      labels: ['channel'],
      values: ({ instruments }, put) => {
        const now = Date.now()
        const silence = new Map<string, number>()
        for (const [channel, { receivedAt }] of channelsOf(instruments))
          if (receivedAt !== null) silence.set(channel, Math.max(silence.get(channel) ?? 0, now - receivedAt))
        for (const [channel, ms] of silence) put(ms / SECOND_MS, { channel })
      },
    })
    this.sampled('feed_channels', 'channels of instruments by their state', {
      labels: ['channel', 'state'],
      values: ({ instruments }, put) => {
        for (const [key, count] of countBy(channelsOf(instruments), ([channel, { state }]) => `${channel} ${state}`)) {
          const [channel = '', state = ''] = key.split(' ')
          put(count, { channel, state })
        }
      },
    })
    this.sampled('lines', 'instruments that this worker feeds, by their state', {
      labels: ['state'],
      values: ({ instruments }, put) => {
        for (const [state, count] of countBy(instruments, (instrument) => instrument.state)) put(count, { state })
      },
    })
    this.sampled('feed_sockets_open', 'sockets that are open', { labels: [], values: ({ socketsOpen }, put) => put(socketsOpen, {}) })
    this.sampled('request_weight_used', 'of the venue’s request limit, as its last answer or our own count told it', {
      labels: [],
      values: ({ requestWeight }, put) => requestWeight && put(requestWeight.used, {}),
    })
    this.sampled('request_weight_limit', 'the venue’s request limit', {
      labels: [],
      values: ({ requestWeight }, put) => requestWeight && put(requestWeight.limit, {}),
    })
    this.sampled('ban_seconds', 'how long the venue still wants to be left alone; 0: it does not', {
      labels: [],
      values: ({ blockedUntil }, put) => put(Math.max(0, (blockedUntil ?? 0) - Date.now()) / SECOND_MS, {}),
    })
    this.sampled('clock_offset_seconds', 'the venue’s clock less ours', {
      labels: [],
      values: ({ clockOffsetMs }, put) => clockOffsetMs !== null && put(clockOffsetMs / SECOND_MS, {}),
    })
  }

  source({ id, venue }: Pick<DataSourceRow, 'id' | 'venue'>): SourceMetrics {
    const labels = { venue, source: String(id) }
    return {
      message: (channel) => this.messages.inc({ ...labels, channel }),
      lostSocket: (socket) => this.lostSockets.inc({ ...labels, socket }),
      events: (channel, count) => this.eventsOf.inc({ ...labels, channel }, count),
      unread: () => this.unread.inc(labels),
      gap: (channel, status) => this.gaps.inc({ ...labels, channel, status }),
      historyWindow: (outcome) => this.windows.inc({ ...labels, outcome }),
      columns: (count, delayMs) => {
        this.columns.inc(labels, count)
        if (delayMs !== null) this.columnDelay.observe(labels, Math.max(0, delayMs) / SECOND_MS)
      },
      observe: (sample) => void this.sources.set(labels.source, { labels, sample }),
      end: () => void this.sources.delete(labels.source),
    }
  }

  /** Its counts and what waits in it are told from now on. */
  watchIngest(stats: () => IngestStats): void {
    for (const [name, help] of Object.entries(INGEST_COUNTS) as [keyof typeof INGEST_COUNTS, string][])
      new Counter({
        name: `faultline_ingest_${name}_total`,
        help: capital(help),
        registers: [this.registry],
        collect() {
          this.reset()
          this.inc(stats()[name])
        },
      })
    this.gauge('spool_bytes', 'bytes on disk that wait for the database', () => stats().spoolBytes)
    this.gauge('spool_cap_bytes', 'bytes that the spool may take', () => stats().spoolCapBytes)
    this.gauge('ingest_buffered_events', 'events in memory that are neither committed nor on disk', () => stats().buffered)
    this.gauge('ingest_buffered_seconds', 'age of the oldest of these', () => stats().bufferedMs / SECOND_MS)
    this.gauge('database_away', '1 while the database does not answer the ingest', () => (stats().databaseAway ? 1 : 0))
  }

  committed(lagMs: number): void {
    this.lag.observe(lagMs / SECOND_MS)
  }

  /** In Prometheus' text format. */
  async text(): Promise<{ type: string; body: string }> {
    return { type: this.registry.contentType, body: await this.registry.metrics() }
  }

  private counter(name: string, help: string, labels: readonly string[] = []): Counter<string> {
    return new Counter({ name: `faultline_${name}`, help: capital(help), labelNames: [...SOURCE, ...labels], registers: [this.registry] })
  }

  private gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name: `faultline_${name}`,
      help: capital(help),
      registers: [this.registry],
      collect() {
        this.set(value())
      },
    })
  }

  /** A gauge whose values are those of the sources that run when somebody asks; of others nothing stays. */
  private sampled(
    name: string,
    help: string,
    { labels, values }: { labels: readonly string[]; values: (sample: SourceSample, put: Put) => unknown },
  ): void {
    const { sources } = this
    new Gauge({
      name: `faultline_${name}`,
      help: capital(help),
      labelNames: [...SOURCE, ...labels],
      registers: [this.registry],
      collect() {
        this.reset()
        for (const source of sources.values()) values(source.sample(), (value, more) => this.set({ ...source.labels, ...more }, value))
      },
    })
  }
}

type Put = (value: number, labels: Readonly<Record<string, string>>) => void

const channelsOf = (instruments: SourceSample['instruments']) => instruments.flatMap(({ channels }) => Object.entries(channels))

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
