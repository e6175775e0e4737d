import type { Transaction } from '@faultline/db/database'
import { MAIL_PURPOSE } from '@faultline/db/jobs'
import type { Services } from '../../../server/services.ts'

export interface Letter {
  subject: string
  text: string
}

/**
 * A message by e-mail that is sent if, and only if, the transaction commits. The worker makes the HTML of it. It waits sealed: of most
 * tokens the database has the hash alone, and a copy of the queue must not be worth more.
 */
export async function sendMail(services: Pick<Services, 'jobs' | 'box'>, tx: Transaction, to: string, letter: Letter): Promise<void> {
  const text = services.box.seal(letter.text, MAIL_PURPOSE).toString('base64')
  await services.jobs.send('mail', { to, subject: letter.subject, text, sealed: true }, { tx })
}
