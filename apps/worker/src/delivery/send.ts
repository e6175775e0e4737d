/** One message by one channel that is reached over HTTP. */
import type { ChannelAddress } from '@faultline/db/repositories/alert-channels'
import { FaultlineError } from '@faultline/market/errors'
import { messageOf as reasonOf } from '../message-of.ts'
import { type Message, signatureOf } from './message.ts'
import { type Answer, type PostOptions, postOutside } from './post.ts'

export type Outcome =
  | { kind: 'sent'; message: string }
  /** it would fail the same way again; `disable`: so would every other message */
  | { kind: 'refused'; message: string; disable: boolean }
  | { kind: 'later'; message: string }

export interface SendOptions extends PostOptions {
  /** for tests */
  telegramUrl?: string
  now?: number
}

type HttpAddress = Exclude<ChannelAddress, { kind: 'email' }>

/** Never throws: what went wrong is told, without the address. */
export async function sendTo(address: HttpAddress, message: Message, id: string, options: SendOptions): Promise<Outcome> {
  try {
    return outcomeOf(address, await post(address, message, id, options))
  } catch (error) {
    const refusal = refusalIn(error)
    if (refusal) return { kind: 'refused', message: refusal.message, disable: false }
    return { kind: 'later', message: noAnswer(error) }
  }
}

function post(address: HttpAddress, message: Message, id: string, options: SendOptions): Promise<Answer> {
  const { telegramUrl = 'https://api.telegram.org', now = Date.now() } = options
  const common = { 'content-type': 'application/json', 'user-agent': 'Faultline' }
  switch (address.kind) {
    case 'webhook': {
      const body = JSON.stringify(message.json)
      const signed = { 'faultline-signature': signatureOf(address.secret, body, now), 'faultline-delivery': id }
      return postOutside(address.url, { headers: { ...common, ...signed }, body }, options)
    }
    case 'telegram': {
      const body = JSON.stringify({
        chat_id: address.chatId,
        text: message.text.slice(0, 4_000),
        link_preview_options: { is_disabled: true },
      })
      return postOutside(`${telegramUrl}/bot${address.token}/sendMessage`, { headers: common, body }, options)
    }
    case 'discord': {
      // nobody is mentioned, whatever a rule is named
      const body = JSON.stringify({ content: message.text.slice(0, 1_900), allowed_mentions: { parse: [] } })
      return postOutside(address.url, { headers: common, body }, options)
    }
  }
}

const LATER = [408, 425, 429]

function outcomeOf(address: HttpAddress, { status, text }: Answer): Outcome {
  if (status >= 200 && status < 300) return { kind: 'sent', message: `Answered ${status}` }
  const why = address.kind === 'telegram' ? descriptionIn(text) : ''
  if (status === 410) return { kind: 'refused', message: 'Answered 410, gone: the channel was switched off.', disable: true }
  if (status >= 500 || LATER.includes(status)) return { kind: 'later', message: `Answered ${status}${why}` }
  return { kind: 'refused', message: `Answered ${status}${why}. It is not tried again: check the channel’s address.`, disable: false }
}

/** Telegram says what it does not like. Of other receivers nothing is repeated. */
function descriptionIn(text: string): string {
  try {
    const { description } = JSON.parse(text)
    return typeof description === 'string' ? `: ${description.slice(0, 200)}` : ''
  } catch {
    return ''
  }
}

/** The refusal of an address comes out of the connection as its cause. */
function refusalIn(error: unknown): FaultlineError | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) if (at instanceof FaultlineError) return at
  return null
}

function noAnswer(error: unknown): string {
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) return 'No answer in time'
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const known: Record<string, string> = {
    ECONNREFUSED: 'The receiver refused the connection',
    ECONNRESET: 'The receiver closed the connection',
    UND_ERR_SOCKET: 'The receiver closed the connection',
    ENOTFOUND: 'There is no such host',
    EAI_AGAIN: 'The name of the host could not be looked up',
    ERR_TLS_CERT_ALTNAME_INVALID: 'The receiver’s certificate is for another host',
    CERT_HAS_EXPIRED: 'The receiver’s certificate has expired',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'The receiver’s certificate is signed by nobody who is known',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The receiver’s certificate is signed by nobody who is known',
    UND_ERR_CONNECT_TIMEOUT: 'No answer in time',
    UND_ERR_HEADERS_TIMEOUT: 'No answer in time',
    UND_ERR_BODY_TIMEOUT: 'No answer in time',
  }
  return known[code] ?? `Could not be sent: ${code || reasonOf(error).slice(0, 120)}`
}
