/** Procedures of channels. Addresses go in and never come out again. */
import { randomBytes } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { checkAddresses, checkOutboundUrl } from '@faultline/db/outbound'
import { type ChannelAddress, createChannel, deleteChannel, listChannels } from '@faultline/db/repositories/alert-channels'
import { testChannel } from '@faultline/db/repositories/deliveries'
import { FaultlineError } from '@faultline/market/errors'
import type { SessionUser } from '../../../server/auth/sessions.ts'
import { record } from '../../../server/record.ts'
import type { Services } from '../../../server/services.ts'
import { entity, selfOrTeam } from '../../../server/trpc.ts'
import { type ChannelSettings, channelSettings } from './schema.ts'

export const channelsProcedure = selfOrTeam('viewer').query(({ ctx }) => listChannels(ctx.services.db, ctx.actor, ctx.owner))

/** `secret`: what a webhook's messages are signed with, shown this once. */
export const createChannelProcedure = selfOrTeam('editor')
  .input(channelSettings)
  .mutation(async ({ ctx, input }) => {
    const { db, box, limits } = ctx.services
    await limits.take('write', ctx.user.userId)
    const { address, hint } = await addressOf(ctx, channelSettings.parse(input))
    const { id } = await createChannel(db, ctx.actor, ctx.owner, { name: input.name, hint, address }, box)
    await record(ctx, { action: 'alert_channel.created', target: input.name, details: { kind: input.kind, hint } })
    return { id, secret: address.kind === 'webhook' ? address.secret : null }
  })

export const removeChannelProcedure = entity('alertChannel', 'editor').mutation(async ({ ctx, input }) => {
  const { name, kind, hint } = await deleteChannel(ctx.services.db, ctx.actor, input.id)
  await record(ctx, { action: 'alert_channel.removed', target: name, details: { kind, hint } })
})

/** Sends a test; one that was switched off is tried again. */
export const testChannelProcedure = entity('alertChannel', 'editor').mutation(async ({ ctx, input }) => {
  const { db, jobs, limits } = ctx.services
  await limits.take('alertTest', ctx.user.userId)
  return { delivery: await testChannel(db, ctx.actor, jobs, input.id) }
})

async function addressOf(
  { services, user }: { services: Services; user: SessionUser },
  given: ChannelSettings,
): Promise<{ address: ChannelAddress; hint: string }> {
  switch (given.kind) {
    case 'email':
      if (!services.mail) throw new FaultlineError('unavailable', 'This installation sends no e-mail: no mail server is configured.')
      // or anybody could have messages sent to a stranger
      if (!user.emailVerified && user.role !== 'admin')
        throw new FaultlineError('forbidden', 'Confirm your address first: the account page sends you a link.')
      return { address: { kind: 'email', userId: user.userId }, hint: user.email }
    case 'webhook': {
      const url = checkOutboundUrl(given.url, services.webhookAllow)
      await checkHost(url, services)
      return { address: { kind: 'webhook', url: url.href, secret: `whsec_${randomBytes(32).toString('base64url')}` }, hint: url.host }
    }
    case 'telegram':
      return { address: { kind: 'telegram', token: given.token, chatId: given.chatId }, hint: `chat …${given.chatId.slice(-4)}` }
    case 'discord': {
      const url = checkOutboundUrl(given.url, new Set())
      if (url.protocol !== 'https:' || !DISCORD_HOST.test(url.hostname) || !/^\/api\/(v\d+\/)?webhooks\/\d+\/[\w-]+\/?$/.test(url.pathname))
        throw new FaultlineError('bad_input', 'This is no webhook of Discord: it looks like https://discord.com/api/webhooks/123/abc…')
      return { address: { kind: 'discord', url: url.href }, hint: `${url.hostname} …${url.pathname.slice(-4)}` }
    }
  }
}

const DISCORD_HOST = /^((ptb|canary)\.)?(discord|discordapp)\.com$/

async function checkHost(url: URL, { webhookAllow }: Pick<Services, 'webhookAllow'>): Promise<void> {
  const found = await lookup(url.hostname.replace(/^\[|\]$/g, ''), { all: true }).catch(() => null)
  if (!found) throw new FaultlineError('bad_input', `There is no host ${url.hostname}. Check the address.`)
  checkAddresses(
    url,
    found.map(({ address }) => address),
    webhookAllow,
  )
}
