/** Who may say who has paid: a message is signed with a secret that the payment provider's side and this server share. */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** How far the clocks may differ; what is older is a replay. */
export const TOLERANCE_MS = 5 * 60_000

/** `t=1772700000,v1=…`: seconds, and HMAC-SHA256 over `t.body` in hex. Several `v1` may stand there while a secret is changed. */
export function signatureProblem(header: string | null, body: Uint8Array, secret: string, now: number): string | null {
  if (header === null) return 'The header Faultline-Signature is missing.'
  const parts = header.split(',').map((part) => part.trim().split('=', 2) as [string, string?])
  const time = parts.find(([name]) => name === 't')?.[1] ?? ''
  const given = parts.flatMap(([name, value]) => (name === 'v1' && value !== undefined ? [value] : []))
  if (!/^\d{1,12}$/.test(time) || given.length === 0) return 'Faultline-Signature must be t=<seconds>,v1=<HMAC-SHA256 in hex>.'
  const wanted = signatureOf(time, body, secret)
  // the signature first: whoever does not know the secret learns nothing of our clock
  if (!given.some((one) => isSame(one, wanted)))
    return 'The signature does not fit: check the secret, and that the body was signed as it was sent.'
  if (Math.abs(now - Number(time) * 1_000) > TOLERANCE_MS)
    return 'The message is older than five minutes, or from the future. Sign it anew when it is sent again.'
  return null
}

export const signatureOf = (time: string, body: Uint8Array, secret: string): string =>
  createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex')

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given.toLowerCase()), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}
