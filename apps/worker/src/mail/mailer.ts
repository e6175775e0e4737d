/** Sends what stands in the queue `mail` through the mail server of this installation. */
import type { Database } from '@faultline/db/database'
import { JobRefused, type JobTurn, MAIL_PURPOSE } from '@faultline/db/jobs'
import { audit } from '@faultline/db/repositories/audit'
import { SecretBox } from '@faultline/db/secret-box'
import nodemailer from 'nodemailer'
import { messageOf } from '../message-of.ts'
import { composeMail, type Sender } from './compose.ts'

export interface MailerOptions extends Sender {
  db: Database
  /** smtp://user:password@host:587 or smtps://… */
  smtpUrl: string
  /** for SecretBox; undefined: no sealed message can be read */
  encryptionKeys: string | undefined
  log: (line: string) => void
  /** how long to wait for the server at each step; default 15 s */
  timeoutMs?: number
}

/**
 * A handler for Jobs.work(). A server that is away or says "later" (4xx) has the message sent again by the queue; one that refuses
 * it for good (5xx) ends it. Both ends without success are in the log, in the audit log, and among the failed jobs.
 */
export function mailer({
  db,
  smtpUrl,
  encryptionKeys,
  log,
  timeoutMs = 15_000,
  ...sender
}: MailerOptions): (job: JobTurn<'mail'>) => Promise<void> {
  const box = encryptionKeys === undefined ? null : new SecretBox(encryptionKeys)
  const textOf = ({ text, sealed }: JobTurn<'mail'>['data']): string => {
    if (!sealed) return text
    if (!box) throw new Error('This worker has no FAULTLINE_ENCRYPTION_KEYS and cannot read the message. Set them.')
    return box.open(Buffer.from(text, 'base64'), MAIL_PURPOSE)
  }
  const transport = nodemailer.createTransport({
    url: smtpUrl,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
  })
  const giveUp = async ({ to, subject }: JobTurn<'mail'>['data'], action: string, reason: string): Promise<void> => {
    log(`mail to ${to} was not sent: ${reason}`)
    const entry = { action, actor: 'worker', target: to, allowed: false, details: { subject, reason: reason.slice(0, 500) } }
    await audit(db, { kind: 'worker' }, entry)
  }
  const putOff = async (job: JobTurn<'mail'>, reason: string): Promise<Error> => {
    if (job.last) await giveUp(job.data, 'mail.failed', reason)
    else log(`mail to ${job.data.to} has to wait: ${reason}`)
    // kept with the job: its words alone, not what the mail library hangs onto its errors
    return new Error(reason)
  }
  return async (job) => {
    let text: string
    try {
      text = textOf(job.data)
    } catch (error) {
      throw await putOff(job, messageOf(error))
    }
    const message = composeMail({ ...job.data, text }, job.id, sender)
    if (!message) {
      const reason = 'This is no address that e-mail can be sent to.'
      await giveUp(job.data, 'mail.refused', reason)
      throw new JobRefused(reason)
    }
    try {
      await transport.sendMail(message)
    } catch (error) {
      const reason = messageOf(error)
      if (isFinal(error)) {
        await giveUp(job.data, 'mail.refused', reason)
        throw new JobRefused(reason)
      }
      throw await putOff(job, reason)
    }
  }
}

/**
 * 5xx about this recipient or this message. About the sender, the password or the connection it is the installation's own
 * set-up, which an administrator corrects while the message waits.
 */
function isFinal(error: unknown): boolean {
  if (!(error instanceof Error) || !('responseCode' in error) || !('command' in error)) return false
  const { responseCode, command } = error
  return typeof responseCode === 'number' && responseCode >= 500 && (command === 'RCPT TO' || command === 'DATA')
}
