/** Where alerts go besides the inbox. Addresses are sealed; what is shown of them is a hint. */
import { CHANNEL_KINDS, type ChannelKind } from '@faultline/market/alert'
import { FaultlineError } from '@faultline/market/errors'
import { z } from 'zod'
import { type Actor, type UserActor, withActor } from '../actor.ts'
import type { Database } from '../database.ts'
import type { SecretBox } from '../secret-box.ts'
import type { RuleOwner } from './alert-rules.ts'

/** What SecretBox seals an address for. */
export const CHANNEL_PURPOSE = 'alert_channel'

/** What is sealed, by kind. */
export const channelAddress = z.discriminatedUnion('kind', [
  /** the address of this person's account, as it is when something is sent */
  z.object({ kind: z.literal('email'), userId: z.string() }),
  /** `secret` signs what is sent */
  z.object({ kind: z.literal('webhook'), url: z.string(), secret: z.string() }),
  z.object({ kind: z.literal('telegram'), token: z.string(), chatId: z.string() }),
  z.object({ kind: z.literal('discord'), url: z.string() }),
])
export type ChannelAddress = z.infer<typeof channelAddress>

export interface ListedChannel {
  id: string
  kind: ChannelKind
  name: string
  hint: string
  /** why nothing is sent any more */
  disabledReason: string | null
}

/** No one needs more, and each test is sent to the world. */
const MOST_CHANNELS = 20

export function listChannels(db: Database, actor: UserActor, owner: RuleOwner): Promise<ListedChannel[]> {
  return withActor(db, actor, async (tx) => {
    const rows = await tx.alertChannel.findMany({
      where: { ownerId: owner.ownerId, teamId: owner.teamId },
      orderBy: { id: 'asc' },
      select: { id: true, kind: true, name: true, hint: true, disabledReason: true },
    })
    return rows.map((row) => ({ ...row, kind: z.enum(CHANNEL_KINDS).parse(row.kind) }))
  })
}

/** @throws FaultlineError forbidden when there are too many already */
export function createChannel(
  db: Database,
  actor: UserActor,
  owner: RuleOwner,
  given: { name: string; hint: string; address: ChannelAddress },
  box: SecretBox,
): Promise<{ id: string }> {
  return withActor(db, actor, async (tx) => {
    await tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended(${owner.teamId ?? owner.ownerId}, 9))::text`
    if ((await tx.alertChannel.count({ where: { ownerId: owner.ownerId, teamId: owner.teamId } })) >= MOST_CHANNELS)
      throw new FaultlineError('forbidden', `There are ${MOST_CHANNELS} channels already. Remove one first.`)
    const { name, hint, address } = given
    const sealed = box.seal(JSON.stringify(address), CHANNEL_PURPOSE)
    return tx.alertChannel.create({ data: { ...owner, kind: address.kind, name, hint, sealed }, select: { id: true } })
  })
}

/** Rules that name it go on without it. Gives what it was. @throws FaultlineError not_found */
export function deleteChannel(db: Database, actor: UserActor, id: string): Promise<{ name: string; kind: string; hint: string }> {
  return withActor(db, actor, async (tx) => {
    const channel = await tx.alertChannel.findUnique({ where: { id }, select: { name: true, kind: true, hint: true } })
    const { count } = await tx.alertChannel.deleteMany({ where: { id } })
    if (!channel || count !== 1) throw new FaultlineError('not_found', 'This channel does not exist any more, or is not yours to see.')
    // no new version: the rule asks for the same
    await tx.$executeRaw`update alert_rule set channel_ids = array_remove(channel_ids, ${id}::uuid) where ${id}::uuid = any(channel_ids)`
    return channel
  })
}

const WORKER: Actor = { kind: 'worker' }

/** Nothing is sent to it any more, and its owner reads why. */
export async function disableChannel(db: Database, id: string, reason: string): Promise<void> {
  await withActor(db, WORKER, (tx) => tx.alertChannel.updateMany({ where: { id }, data: { disabledReason: reason.slice(0, 300) } }))
}

/** @throws FaultlineError internal, unavailable where it cannot be read */
export function openAddress(box: SecretBox, sealed: Uint8Array): ChannelAddress {
  return channelAddress.parse(JSON.parse(box.open(sealed, CHANNEL_PURPOSE)))
}
