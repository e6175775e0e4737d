/** Jobs of the queue `delivery`: one message to one channel, tried again where that may help. */
import type { Database } from '@faultline/db/database'
import type { Jobs, JobTurn } from '@faultline/db/jobs'
import type { OutboundAllowance } from '@faultline/db/outbound'
import { disableChannel, openAddress } from '@faultline/db/repositories/alert-channels'
import { type DeliveryToSend, mailAddressOf, readDelivery, recordAttempt } from '@faultline/db/repositories/deliveries'
import { SecretBox } from '@faultline/db/secret-box'
import { messageOf as reasonOf } from '../message-of.ts'
import { type Message, messageOf } from './message.ts'
import { type Outcome, type SendOptions, sendTo } from './send.ts'

export interface DeliverOptions {
  db: Database
  jobs: Pick<Jobs, 'send'>
  /** for SecretBox; undefined: no channel can be opened */
  encryptionKeys: string | undefined
  publicUrl: string | undefined
  /** e-mail is sent */
  mail: boolean
  allowed: OutboundAllowance
  /** for tests */
  send?: Omit<SendOptions, 'allowed'>
}

/** The handler of the queue. It throws where the job is to be done again. */
export function deliverer(options: DeliverOptions): (job: Pick<JobTurn<'delivery'>, 'data' | 'last' | 'signal'>) => Promise<void> {
  const { db, jobs, encryptionKeys, publicUrl, mail } = options
  const box = encryptionKeys === undefined ? null : new SecretBox(encryptionKeys)

  const attempt = async (delivery: DeliveryToSend, message: Message, signal: AbortSignal): Promise<Outcome & { mailTo?: string }> => {
    const { channel, id } = delivery
    if (channel.disabledReason !== null) return { kind: 'refused', message: 'The channel is switched off.', disable: false }
    if (!box)
      return { kind: 'later', message: 'This worker has no FAULTLINE_ENCRYPTION_KEYS and cannot read the channel’s address. Set them.' }
    const address = openAddress(box, channel.sealed)
    if (address.kind !== 'email') return sendTo(address, message, id, { ...options.send, allowed: options.allowed, signal })
    if (!mail) return { kind: 'refused', message: 'No mail server is configured (FAULTLINE_SMTP_URL).', disable: false }
    const mailTo = await mailAddressOf(db, address.userId, channel.teamId)
    if (mailTo === null)
      return { kind: 'refused', message: 'The person whose address this is has left: the channel was switched off.', disable: true }
    return { kind: 'sent', message: 'Handed to the mail server’s queue', mailTo }
  }

  return async ({ data, last, signal }) => {
    const delivery = await readDelivery(db, data.deliveryId)
    // gone with its rule or channel, or a worker died after it had been sent
    if (!delivery || delivery.state === 'sent') return
    const began = performance.now()
    const message = messageOf(delivery, publicUrl ?? null, Date.now())
    const outcome = await attempt(delivery, message, signal).catch((error: unknown): Outcome & { mailTo?: string } => ({
      kind: 'later',
      message: reasonOf(error),
    }))
    const durationMs = performance.now() - began
    const state = outcome.kind === 'sent' ? 'sent' : outcome.kind === 'later' && !last ? 'retrying' : 'failed'
    const { mailTo } = outcome
    await recordAttempt(
      db,
      delivery.id,
      { state, message: outcome.message, durationMs },
      mailTo === undefined ? undefined : { jobs, to: mailTo, subject: message.subject, text: message.text },
    )
    if (outcome.kind === 'refused' && outcome.disable) await disableChannel(db, delivery.channel.id, outcome.message)
    if (outcome.kind === 'later') throw new Error(outcome.message)
  }
}
