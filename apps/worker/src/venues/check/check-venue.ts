/**
 * The operator's proof: listens to one venue for a while, asks each of its calls once, and says per channel what came, beside
 * what its evidence table promises. Nothing is stored.
 */

import { RATIO_KINDS } from '@faultline/market/event'
import { FEED_CHANNELS, type FeedChannel } from '@faultline/market/feed'
import type { InstrumentDefinition } from '@faultline/market/instrument'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@faultline/market/units'
import { type FeedVenueId, publishes, VENUES, type Wire } from '@faultline/market/venue'
import { FeedError, type FeedSocket, type SocketPlan, type VenueFeed } from '../../feed/venue-feed.ts'
import { pause } from '../../live/pause.ts'
import { messageOf } from '../../message-of.ts'
import { EVIDENCE, type Evidence } from './evidence.ts'
import { redact } from './redact.ts'

/**
 * - `arrived`: as promised
 * - `quiet`: nothing came, which this channel may be for so long (liquidations)
 * - `missing`: nothing came, and something should have
 * - `failed`: the venue refused, or could not be read
 * - `unpublished`: the venue does not have it
 */
export type ChannelVerdict = 'arrived' | 'quiet' | 'missing' | 'failed' | 'unpublished'

export interface Part {
  /** as in the evidence table */
  source: string
  verdict: Exclude<ChannelVerdict, 'unpublished'>
  /** of a socket: messages that were read; of REST: events in the answer */
  count: number
  /** the venue's time of the newest, UTC ms */
  newest: number | null
  message: string | null
}

export interface ChannelCheck {
  channel: FeedChannel
  verdict: ChannelVerdict
  socket: Part | null
  rest: Part | null
}

export interface VenueCheck {
  venue: FeedVenueId
  wire: Wire
  /** why nothing could be checked; null: it could */
  unreachable: string | null
  /** whom the socket listened to */
  symbols: string[]
  listed: number
  /** venue's clock minus ours */
  clockOffsetMs: number | null
  marginTiers: string
  channels: ChannelCheck[]
  /** messages that no mapper could read, by reason */
  unread: { reason: string; count: number }[]
  /** one raw message of each kind, redacted */
  samples: { channel: FeedChannel | 'unread'; message: unknown }[]
  ok: boolean
}

export interface CheckOptions {
  venue: FeedVenueId
  feed: VenueFeed
  /** of real time */
  durationMs: number
  /** as the venue writes them; none: those of the base assets, as far as it lists them */
  symbols: readonly string[]
  baseAssets: readonly string[]
  signal: AbortSignal
}

/** Unread messages of so many kinds are told apart. */
const MOST_REASONS = 50

export async function checkVenue(options: CheckOptions): Promise<VenueCheck> {
  const { venue, feed, signal } = options
  const wire = VENUES[venue].wire
  const check: VenueCheck = {
    venue,
    wire,
    unreachable: null,
    symbols: [],
    listed: 0,
    clockOffsetMs: null,
    marginTiers: '',
    channels: [],
    unread: [],
    samples: [],
    ok: false,
  }
  let instruments: InstrumentDefinition[]
  try {
    // The first answer takes as long as it takes to begin.
    await feed.rest.serverTime()
    const before = Date.now()
    check.clockOffsetMs = Math.round((await feed.rest.serverTime()) - (before + Date.now()) / 2)
    instruments = await feed.rest.instruments()
  } catch (error) {
    return { ...check, unreachable: messageOf(error) }
  }
  check.listed = instruments.length
  const chosen = choose(instruments, options)
  check.symbols = chosen.map((i) => i.symbol)
  const [first] = chosen
  if (!first) {
    const others = instruments.slice(0, 3).map((i) => i.symbol)
    const instead = others.length > 0 ? `; it has ${others.join(', ')}: name one with --symbol` : ', or anything else'
    return { ...check, unreachable: `it lists none of ${[...options.symbols, ...options.baseAssets].join(', ')}${instead}` }
  }

  const heard = new Heard()
  const [byRest, failedSockets] = await Promise.all([
    askAll(feed, first.symbol, EVIDENCE[wire], Date.now() + check.clockOffsetMs),
    listen(feed, check.symbols, heard, options.durationMs, signal),
  ])
  check.marginTiers = byRest.marginTiers
  check.channels = FEED_CHANNELS.map((channel) => {
    if (!publishes(venue, channel)) return { channel, verdict: 'unpublished' as const, socket: null, rest: null }
    const promised = EVIDENCE[wire][channel]
    const socket = promised.socket === null ? null : heard.part(channel, promised.socket, feed, failedSockets)
    const rest = byRest.parts.get(channel) ?? null
    return { channel, verdict: worse(socket, rest), socket, rest }
  })
  check.unread = [...heard.unread].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count)
  check.samples = heard.samples
  check.ok = check.unread.length === 0 && check.channels.every(({ verdict }) => verdict !== 'missing' && verdict !== 'failed')
  return check
}

function choose(instruments: readonly InstrumentDefinition[], { symbols, baseAssets }: CheckOptions): InstrumentDefinition[] {
  if (symbols.length > 0) return instruments.filter((i) => symbols.includes(i.symbol))
  const found = baseAssets.flatMap((base) => {
    const of = instruments.filter((i) => i.baseAsset === base)
    return of.find((i) => i.quoteAsset === 'USDT') ?? of[0] ?? []
  })
  return found.length > 0 || baseAssets.length > 0 ? found : instruments.slice(0, 1)
}

/** What sockets brought. */
class Heard {
  readonly unread = new Map<string, number>()
  readonly samples: VenueCheck['samples'] = []
  private readonly counts = new Map<FeedChannel, { count: number; newest: number }>()

  take(channel: FeedChannel, venueTime: number, raw: unknown): void {
    const known = this.counts.get(channel)
    if (known) {
      known.count++
      known.newest = Math.max(known.newest, venueTime)
      return
    }
    this.counts.set(channel, { count: 1, newest: venueTime })
    this.samples.push({ channel, message: redact(raw) })
  }

  miss(reason: string, raw: unknown): void {
    const known = this.unread.get(reason)
    if (known === undefined && this.unread.size >= MOST_REASONS) return
    this.unread.set(reason, (known ?? 0) + 1)
    if (known === undefined) this.samples.push({ channel: 'unread', message: redact(raw) })
  }

  part(channel: FeedChannel, source: string, feed: VenueFeed, failed: ReadonlyMap<FeedChannel, string>): Part {
    const { count = 0, newest = null } = this.counts.get(channel) ?? {}
    const message = failed.get(channel) ?? null
    const silent = feed.maxSilenceMs[channel] === undefined ? 'quiet' : 'missing'
    return { source, count, newest, message, verdict: count > 0 ? 'arrived' : message !== null ? 'failed' : silent }
  }
}

/** Opens every socket of the feed for `durationMs`. Returns the channels of those that failed, and why. */
async function listen(
  feed: VenueFeed,
  symbols: readonly string[],
  heard: Heard,
  durationMs: number,
  signal: AbortSignal,
): Promise<Map<FeedChannel, string>> {
  const failed = new Map<FeedChannel, string>()
  const fail = (plan: SocketPlan, why: string): void => {
    for (const channel of plan.channels) failed.set(channel, why)
  }
  const open = async (plan: SocketPlan): Promise<FeedSocket | null> => {
    try {
      return await feed.openSocket(plan, symbols, {
        onReading: (reading, raw) => {
          if (reading.kind === 'data' && symbols.includes(reading.symbol)) heard.take(reading.channel, reading.venueTime, raw)
          if (reading.kind === 'unknown') heard.miss(reading.reason, raw)
        },
        onClosed: (reason) => fail(plan, `the socket was closed: ${reason}`),
      })
    } catch (error) {
      fail(plan, messageOf(error))
      return null
    }
  }
  const sockets = await Promise.all(feed.sockets.map(open))
  await pause(durationMs, signal)
  await Promise.all(sockets.map((socket) => socket?.close()))
  return failed
}

/** Every call of the feed once, about one instrument. `to`: the venue's clock */
async function askAll(
  feed: VenueFeed,
  symbol: string,
  evidence: Readonly<Record<FeedChannel, Evidence>>,
  to: number,
): Promise<{ parts: Map<FeedChannel, Part>; marginTiers: string }> {
  const parts = new Map<FeedChannel, Part>()
  const { rest } = feed
  const ask = async (channel: FeedChannel, call: () => Promise<{ time: number }[]>): Promise<void> => {
    const source = evidence[channel].rest
    if (source === null) return
    try {
      const events = await call()
      const newest = events.reduce((time, event) => Math.max(time, event.time), 0) || null
      parts.set(channel, { source, count: events.length, newest, message: null, verdict: events.length > 0 ? 'arrived' : 'missing' })
    } catch (error) {
      parts.set(channel, { source, count: 0, newest: null, message: messageOf(error), verdict: 'failed' })
    }
  }
  await ask('candle', async () => (await rest.candles(symbol, to - 10 * MINUTE_MS, to)).map(({ openTime }) => ({ time: openTime })))
  await ask('openInterest', async () => {
    const history = feed.history.openInterest === undefined ? [] : await rest.openInterestHistory(symbol, to - 2 * HOUR_MS, to)
    return [...history, await rest.openInterest(symbol)]
  })
  await ask('funding', () => rest.fundingHistory(symbol, to - DAY_MS, to))
  if (feed.pollMs.longShortRatio !== null)
    await ask('longShortRatio', async () => {
      const found: { time: number }[] = []
      let refusal: unknown
      for (const kind of RATIO_KINDS) {
        try {
          found.push(...(await rest.ratioHistory(symbol, kind, to - HOUR_MS, to)))
        } catch (error) {
          // Not every venue has every kind.
          if (!(error instanceof FeedError) || error.code !== 'refused') throw error
          refusal = error
        }
      }
      if (found.length === 0 && refusal !== undefined) throw refusal
      return found
    })
  return { parts, marginTiers: await describeTiers(feed, symbol) }
}

async function describeTiers(feed: VenueFeed, symbol: string): Promise<string> {
  try {
    const tiers = await feed.rest.marginTiers(symbol)
    return tiers === null ? 'not public' : `${tiers.length} tiers, up to ${tiers[0]?.maxLeverage ?? 0}×`
  } catch (error) {
    return `failed: ${messageOf(error)}`
  }
}

const ORDER = ['failed', 'missing', 'quiet', 'arrived'] as const
function worse(socket: Part | null, rest: Part | null): ChannelVerdict {
  const verdicts = [socket, rest].flatMap((part) => (part ? [part.verdict] : []))
  // Quiet sockets are well where REST has something to say.
  return ORDER.find((verdict) => verdicts.includes(verdict)) ?? 'missing'
}
