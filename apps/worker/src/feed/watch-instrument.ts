import type { Clock } from './clock.ts'
import type { ChannelTrack, FollowedInstrument } from './followed-instrument.ts'
import type { SocketKeeper } from './socket-keeper.ts'

/**
 * Looks at what a socket brings of one instrument. A channel with a limit is proven by its own messages, and missing once it
 * is late. One without a limit (liquidations) is proven by whatever comes on the same socket, unless all other channels of
 * its instrument are late. Returns whether a channel is late although the socket delivers.
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
  const allLate = limited.length > 0 && late.length === limited.length
  for (const track of unlimited) proveBySocket(track, allLate, edge, session.newest - keeper.reorderMs(), instrument)
  return late.length > 0
}

function proveBySocket(
  { coverage, channel }: ChannelTrack,
  allLate: boolean,
  edge: number,
  provenTo: number,
  instrument: FollowedInstrument,
) {
  const heard = instrument.newest?.venueTime ?? edge
  if (allLate) return coverage.lose('nothing of this market comes', instrument.newest?.at ?? instrument.since, Math.max(heard, edge))
  const { missingFrom } = coverage
  if (missingFrom !== null) {
    // A hole that began before this subscription ends with it, one that began since ends with the market's next message.
    const end = missingFrom >= edge ? heard : edge
    coverage.resume(end)
    if (channel === 'liquidation') instrument.watched(end)
  } else if (coverage.coveredTo === null && channel === 'liquidation') instrument.watched(edge)
  coverage.advance(Math.max(edge, provenTo))
}
