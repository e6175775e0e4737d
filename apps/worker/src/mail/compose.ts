/** One message, as it goes to the mail server: what people have typed into it can neither add a header nor a link. */
import type { SendMailOptions } from 'nodemailer'

export interface Letter {
  to: string
  subject: string
  /** paragraphs with an empty line between them */
  text: string
}

export interface Sender {
  /** Faultline <faultline@example.org> */
  from: string
  /** links to it may be followed with a click; absent: none */
  publicUrl?: string | undefined
}

const MAX_SUBJECT = 200
/** Characters that change the direction of what follows them, or are not seen at all. */
const UNSEEN = /[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g
/** One address and nothing else: a comma or a bracket in it would be another recipient. */
const ADDRESS = /^[^\s@,;:<>"()[\]\\\p{Cc}]+@[^\s@,;:<>"()[\]\\\p{Cc}]+$/u

/** Null for what is no address that could be sent to. */
export function composeMail({ to, subject, text }: Letter, id: string, { from, publicUrl }: Sender): SendMailOptions | null {
  if (to.length > 320 || !ADDRESS.test(to)) return null
  const body = text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(UNSEEN, '')
    .replaceAll(/[^\P{Cc}\n\t]/gu, ' ')
  return {
    from,
    to: { name: '', address: to },
    subject: subject
      .replaceAll(/\p{Cc}+/gu, ' ')
      .replaceAll(UNSEEN, '')
      .slice(0, MAX_SUBJECT),
    text: body,
    html: htmlOf(body, publicUrl && new URL(publicUrl).origin),
    // of a message that is sent twice, because nobody learned that it had been taken, programs show one
    messageId: `<${id}@faultline>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** The text with its paragraphs, everything escaped; addresses of this installation alone become links. */
export function htmlOf(text: string, origin: string | undefined): string {
  const paragraphs = text.split(/\n{2,}/).map((paragraph) => {
    const lines = paragraph.split('\n').map((line) =>
      line
        .split(/(\s+)/)
        .map((word) => wordOf(word, origin))
        .join(''),
    )
    return `<p>${lines.join('<br>')}</p>`
  })
  return `<!doctype html><html lang="en"><body style="font:15px/1.5 system-ui,sans-serif">${paragraphs.join('')}</body></html>`
}

function wordOf(word: string, origin: string | undefined): string {
  const safe = escaped(word)
  return origin !== undefined && word.startsWith(`${origin}/`) ? `<a href="${safe}">${safe}</a>` : safe
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] as string)
