import type { Transaction } from '@faultline/db/database'
import type { Services } from '../../../server/services.ts'

export interface Letter {
  subject: string
  text: string
}

/** A message by e-mail that is sent if, and only if, the transaction commits. The worker makes the HTML of it. */
export async function sendMail(services: Pick<Services, 'jobs'>, tx: Transaction, to: string, letter: Letter): Promise<void> {
  await services.jobs.send('mail', { to, ...letter }, { tx })
}
