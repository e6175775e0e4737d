/** Sends what stands in the queue `mail` through the mail server of this installation. */
import type { Database } from '@faultline/db/database'
import { JobRefused, type JobTurn } from '@faultline/db/jobs'
import { audit } from '@faultline/db/repositories/audit'
import nodemailer from 'nodemailer'
import { messageOf } from '../message-of.ts'
import { composeMail, type Sender } from './compose.ts'

export interface MailerOptions extends Sender {
  db: Database
  /** smtp://user:password@host:587 or smtps://… */
  smtpUrl: string
  log: (line: string) => void
  /** how long to wait for the server at each step; default 15 s */
  timeoutMs?: number
}

/**
 * A handler for Jobs.work(). A server that is away or says "later" (4xx) has the message sent again by the queue; one that refuses
 * it for good (5xx) ends it. Both ends without success are in the log, in the audit log, and among the failed jobs.
 */
export function mailer({ db, smtpUrl, log, timeoutMs = 15_000, ...sender }: MailerOptions): (job: JobTurn<'mail'>) => Promise<void> {
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
  return async (job) => {
    const message = composeMail(job.data, job.id, sender)
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
      if (job.last) await giveUp(job.data, 'mail.failed', reason)
      else log(`mail to ${job.data.to} has to wait: ${reason}`)
      // kept with the job: its words alone, not what the mail library hangs onto its errors
      throw new Error(reason)
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
