/** Raw messages as they may leave a desk: their shape and values, without whom they are about, and short. */

/** Whoever is named in public messages of venues that show their users: addresses, hashes, user numbers. */
const HEX = /0x[0-9a-fA-F]{16,}/g
const NAMING = /^(user|users|address|ethAddress|account|accountId|uid|userId|user_id|liquidatedUser|hash|cloid|oid|displayName)$/i
const LONGEST_LIST = 3
const LONGEST_TEXT = 200
const DEEPEST = 12

/** A copy; lists keep their first three elements, and say how many there were. */
export function redact(message: unknown, depth = 0): unknown {
  if (typeof message === 'string') return shortened(message.replace(HEX, (hex) => `${hex.slice(0, 6)}…redacted`))
  if (typeof message !== 'object' || message === null) return message
  if (depth >= DEEPEST) return '…'
  if (Array.isArray(message)) {
    const kept = message.slice(0, LONGEST_LIST).map((item) => redact(item, depth + 1))
    return message.length > LONGEST_LIST ? [...kept, `… ${message.length - LONGEST_LIST} more`] : kept
  }
  return Object.fromEntries(
    Object.entries(message).map(([name, value]) => [redactKey(name), NAMING.test(name) ? '…redacted' : redact(value, depth + 1)]),
  )
}

const redactKey = (name: string): string => name.replace(HEX, (hex) => `${hex.slice(0, 6)}…redacted`)
const shortened = (text: string): string => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text)
