/**
 * Messages between processes, over Postgres NOTIFY. A message is a hint, not the news: whoever gets one reads the database,
 * and whoever was away for a while reads it on `listening` with `resumed`.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { FaultlineError } from '@faultline/market/errors'
import pg from 'pg'
import { z } from 'zod'
import type { Queryable } from './database.ts'

export const CHANNELS = {
  columns: 'faultline_columns',
  user: 'faultline_user',
  progress: 'faultline_progress',
  feeds: 'faultline_feeds',
  sources: 'faultline_sources',
  aggregates: 'faultline_aggregates',
  readings: 'faultline_readings',
  people: 'faultline_people',
} as const
export type NotifyChannel = keyof typeof CHANNELS

const payloads = {
  /** the state of feeds has changed: of these instruments, or of the source as a whole when none is named */
  feeds: z.object({ sourceId: z.int(), instrumentIds: z.array(z.int()).max(1000) }),
  /** an administrator changed a data source */
  sources: z.object({ id: z.int() }),
  /** a sum over venues was made, or is gone */
  aggregates: z.object({ instrumentId: z.int() }),
  /** what the screener shows of these instruments is new */
  readings: z.object({ instrumentIds: z.array(z.int()).max(1000) }),
  /** new columns of a build are there; times are starts of buckets in UTC milliseconds */
  columns: z.object({ instrumentId: z.int(), instrumentKey: z.string(), buildId: z.int(), lastBucket: z.number() }),
  /** what people make has changed (triggers of the migration people_access say so): of one person or of one team */
  people: z.object({
    subject: z.enum(['item', 'comment', 'member', 'team', 'inbox', 'rule']),
    /** of the item, the member, the team, the alert event, the rule; of a comment: its item */
    id: z.string(),
    /** of an item: layout, view, watchlist */
    kind: z.string().nullable(),
    version: z.number().nullable(),
    ownerId: z.string().nullable(),
    teamId: z.string().nullable(),
    /** who did it; null: no person */
    by: z.string().nullable(),
    gone: z.boolean(),
  }),
  /** sessions of this person have to be looked at again */
  user: z.object({ id: z.string() }),
  progress: z.object({
    job: z.string().max(200),
    instrumentKey: z.string().max(200).optional(),
    phase: z.string().max(200),
    done: z.number(),
    total: z.number().nullable(),
    etaMs: z.number().nullable(),
    message: z.string().max(1500).optional(),
  }),
}

export type NotifyPayload<C extends NotifyChannel> = z.infer<(typeof payloads)[C]>
export type NotifyMessage = { [C in NotifyChannel]: { channel: C; payload: NotifyPayload<C> } }[NotifyChannel]

/** Sends at once on a pool, and with the commit inside a transaction. @throws FaultlineError internal for a wrong payload */
export async function notify<C extends NotifyChannel>(q: Queryable, channel: C, payload: NotifyPayload<C>): Promise<void> {
  const checked = payloads[channel].safeParse(payload)
  if (!checked.success)
    throw new FaultlineError('internal', `Not a ${channel} message: ${z.prettifyError(checked.error)}`, { cause: checked.error })
  await q.query('select pg_notify($1, $2)', [CHANNELS[channel], JSON.stringify(checked.data)])
}

/** `resumed`: messages may have been missed since the last time. `waiting`: until the next attempt. */
export type ListenState = { state: 'listening'; resumed: boolean } | { state: 'waiting'; waitMs: number; reason: string }

export interface Listener {
  /** Resolves once the first connection listens. */
  readonly ready: Promise<void>
  close(): Promise<void>
}

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 10_000
/** A half-open connection is noticed by a question that gets no answer. */
const HEARTBEAT_MS = 20_000
const ANSWER_WITHIN_MS = 10_000

/** Wait before attempt n (from 0): doubling, capped, with half of it left to chance so that many do not come back at once. */
export function backoffMs(attempt: number, random: number = Math.random()): number {
  const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 30))
  return Math.round(ceiling * (0.5 + 0.5 * random))
}

/**
 * Listens on every channel over one connection of its own, and reconnects for as long as it is not closed. Messages that are
 * not what they should be are dropped: they come from a newer or older process.
 */
export function listen(options: {
  url: string
  onMessage: (message: NotifyMessage) => void
  onState?: (state: ListenState) => void
}): Listener {
  const stop = new AbortController()
  let resolveReady = () => {}
  const ready = new Promise<void>((resolve) => {
    resolveReady = resolve
  })
  let everListened = false
  const run = async () => {
    for (let attempt = 0; !stop.signal.aborted; attempt++) {
      const reason = await session(options, stop.signal, () => {
        attempt = 0
        options.onState?.({ state: 'listening', resumed: everListened })
        everListened = true
        resolveReady()
      })
      if (stop.signal.aborted) return
      const waitMs = backoffMs(attempt)
      options.onState?.({ state: 'waiting', waitMs, reason })
      await sleep(waitMs, undefined, { signal: stop.signal }).catch(() => {})
    }
  }
  const running = run()
  return {
    ready,
    async close() {
      stop.abort()
      await running
    },
  }
}

/** One connection from its beginning to its end; says why it ended. */
async function session(
  { url, onMessage }: { url: string; onMessage: (message: NotifyMessage) => void },
  stop: AbortSignal,
  onListening: () => void,
): Promise<string> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'faultline listener',
    connectionTimeoutMillis: ANSWER_WITHIN_MS,
    query_timeout: ANSWER_WITHIN_MS,
    keepAlive: true,
  })
  let heartbeat: NodeJS.Timeout | undefined
  let onStop = () => {}
  try {
    return await new Promise<string>((ended) => {
      const fail = (e: Error) => ended(e.message || 'the connection failed')
      onStop = () => ended('closed')
      stop.addEventListener('abort', onStop, { once: true })
      client.on('error', fail)
      client.on('end', () => ended('the connection ended'))
      client.on('notification', (n) => {
        const message = parse(n.channel, n.payload)
        if (message) onMessage(message)
      })
      const begin = async () => {
        await client.connect()
        await client.query(
          Object.values(CHANNELS)
            .map((c) => `listen ${c}`)
            .join('; '),
        )
        onListening()
        heartbeat = setInterval(() => void client.query('select 1').catch(fail), HEARTBEAT_MS)
        heartbeat.unref()
      }
      begin().catch(fail)
    })
  } finally {
    clearInterval(heartbeat)
    stop.removeEventListener('abort', onStop)
    await client.end().catch(() => {})
  }
}

function parse(channelName: string, text: string | undefined): NotifyMessage | null {
  const channel = (Object.keys(CHANNELS) as NotifyChannel[]).find((c) => CHANNELS[c] === channelName)
  if (!channel) return null
  try {
    return { channel, payload: payloads[channel].parse(JSON.parse(text ?? '')) } as NotifyMessage
  } catch {
    return null
  }
}
