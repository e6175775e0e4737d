import { MAIL_PURPOSE } from '@faultline/db/jobs'
import type { WebUnderTest } from './web-under-test.ts'

export interface LetterInBox {
  subject: string
  text: string
  /** of the link in it; null: there is none */
  token: string | null
}

/** For tests: the messages that wait for the worker. */
export function letterBox(web: Pick<WebUnderTest, 'sql' | 'services'>): {
  /** the newest one to this address */
  letterTo(email: string): Promise<LetterInBox>
  countTo(email: string): Promise<number>
} {
  const lettersTo = async (email: string): Promise<{ subject: string; text: string }[]> =>
    (
      await web.sql(
        `select data->>'subject' as subject, data->>'text' as text from pgboss.job
          where name = 'mail' and data->>'to' = $1 order by created_on desc, id`,
        [email],
      )
    ).rows.map(({ subject, text }) => ({ subject, text: web.services.box.open(Buffer.from(text, 'base64'), MAIL_PURPOSE) }))
  return {
    async letterTo(email) {
      const [letter] = await lettersTo(email)
      if (!letter) throw new Error(`Nothing was written to ${email}.`)
      return { ...letter, token: /\/(?:verify|reset|invitation)\/([\w-]+)(?:\?.*)?$/m.exec(letter.text)?.[1] ?? null }
    },
    countTo: async (email) => (await lettersTo(email)).length,
  }
}
