import type { Clock } from './clock.ts'
import type { ChannelTrack, FollowedInstrument } from './followed-instrument.ts'
import type { SocketKeeper } from './socket-keeper.ts'

/**
 * Looks at what a socket brings of one instrument. A channel with a limit is proven by its own messages, and missing once it
 * is late. One without a limit (liquidations) is proven by whatever comes on the same socket, unless all other channels of
 * its instrument are late and it is silent as well. Returns whether a channel is late although the socket delivers.
 */
export function watchInstrument(keeper: SocketKeeper, instrument: FollowedInstrument, clock: Clock): boolean {
  const { session, plan } = keeper
  const subscribedAt = session?.subscribedAt(instrument.symbol) ?? null
  if (!session || subscribedAt === null) return false
  const limited: ChannelTrack[] = []
  const unlimited: ChannelTrack[] = []
  for (const channel of plan.channels) {
    const track = instrument.tracks.get(channel)
    if (track) (track.limitMs === null ? unlimited : limited).push(track)
  }
  const late = limited.filter((track) => instrument.late(track, subscribedAt))
  for (const track of late) {
    const since = track.freshAt ?? subscribedAt
    track.coverage.lose('silent for longer than is normal', since)
    const { limitMs } = track
    if (limitMs !== null && clock.monotonic() - instrument.silentSince(track, subscribedAt) > 2 * limitMs) keeper.replaceLate(limitMs)
  }
  const edge = session.edgeOf(instrument.symbol)
  if (edge === null || session.newest === null || session.newest < edge) return late.length > 0
  const carried = [...limited, ...unlimited]
  const heardAt = carried.reduce((at, track) => Math.max(at, track.freshAt ?? 0), instrument.since)
  const longest = limited.reduce((ms, track) => Math.max(ms, track.limitMs ?? 0), 0)
  const proof = {
    edge,
    provenTo: session.newest - keeper.reorderMs(),
    allLate: limited.length > 0 && late.length === limited.length && clock.monotonic() - heardAt > longest,
    heard: carried.reduce((time, track) => Math.max(time, track.lastTime ?? 0), edge),
    heardAt,
    spokenFrom: session.firstOf(instrument.symbol) ?? (limited.length === 0 ? edge : null),
  }
  for (const track of unlimited) proveBySocket(track, instrument, proof)
  return late.length > 0
}

interface Proof {
  /** venue's clock, when the subscription began */
  edge: number
  /** venue's clock, up to which the socket has delivered */
  provenTo: number
  /** nothing of this instrument comes any more */
  allLate: boolean
  /** its newest message on this socket, by the venue's clock and by our monotonic one */
  heard: number
  heardAt: number
  /** venue's clock: its first message since the subscription; null: none has come, and one must */
  spokenFrom: number | null
}

function proveBySocket({ coverage, channel }: ChannelTrack, instrument: FollowedInstrument, proof: Proof): void {
  const { edge, provenTo, allLate, heard, heardAt, spokenFrom } = proof
  if (allLate) {
    coverage.lose('nothing of this market comes', heardAt, heard)
    return
  }
  const { missingFrom } = coverage
  if (missingFrom !== null) {
    // It ends with the market's next message. That is not the subscription: a venue may acknowledge it and stay silent.
    const end = missingFrom >= edge ? heard : spokenFrom
    if (end === null) return
    coverage.resume(end)
    if (channel === 'liquidation') instrument.watched(end)
  } else if (coverage.coveredTo === null && channel === 'liquidation') instrument.watched(edge)
  coverage.advance(Math.max(edge, provenTo))
}
