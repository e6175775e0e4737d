import { alertCondition } from '@faultline/market/alert'
import { z } from 'zod'
import { savedName } from '../../saved/server/content.ts'

export const ruleSettings = z.object({
  name: savedName,
  /** null: every market */
  instrumentKey: z.string().min(3).max(120).nullable(),
  condition: alertCondition,
  channelIds: z.array(z.uuid()).max(20, 'a rule has at most 20 channels'),
  cooldownMinutes: z
    .int('the pause must be whole minutes')
    .min(0, 'the pause cannot be negative')
    .max(10_080, 'the pause is at most a week, 10,080 minutes'),
  enabled: z.boolean(),
})

const name = savedName.max(80, 'a name has at most 80 characters')
/** What a person gives; nothing of it but the name is ever shown again. */
export const channelSettings = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('email'), name }),
  z.object({ kind: z.literal('webhook'), name, url: z.string().trim().max(2_000, 'the address is too long') }),
  z.object({
    kind: z.literal('telegram'),
    name,
    token: z
      .string()
      .trim()
      .regex(/^\d{3,20}:[A-Za-z0-9_-]{20,100}$/, 'this is no bot token: it looks like 123456:ABC… and comes from @BotFather'),
    chatId: z
      .string()
      .trim()
      .regex(/^(-?\d{1,20}|@[A-Za-z0-9_]{4,64})$/, 'this is no chat id: it is a number such as −1001234, or @channel'),
  }),
  z.object({ kind: z.literal('discord'), name, url: z.string().trim().max(2_000, 'the address is too long') }),
])
export type ChannelSettings = z.infer<typeof channelSettings>

export const version = z.int().positive().max(0x7fffffff)
export const logPlace = z.object({ at: z.number().min(0).max(8.64e15), id: z.uuid() })

export type { ListedChannel } from '@faultline/db/repositories/alert-channels'
export type { InboxEntry } from '@faultline/db/repositories/alert-inbox'
export type { ListedRule, RuleSettings, StoredRule } from '@faultline/db/repositories/alert-rules'
export type { DeliveryState, LoggedDelivery } from '@faultline/db/repositories/deliveries'
