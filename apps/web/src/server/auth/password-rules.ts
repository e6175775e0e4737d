import { dictionary } from '@zxcvbn-ts/language-common'
import { z } from 'zod'

export const PASSWORD_MIN_LENGTH = 12

/**
 * Long enough, and not one of the long passwords that everybody tries first. No rules about kinds of characters: length
 * is what counts (NIST SP 800-63B).
 */
export const newPassword = z
  .string()
  .min(PASSWORD_MIN_LENGTH, `must have at least ${PASSWORD_MIN_LENGTH} characters`)
  .max(1_000, 'must have at most 1,000 characters')
  .refine((password) => !isCommon(password), { error: 'is too easy to guess; choose another one' })

/** The 49,000 that leaks show most often (zxcvbn-ts), in lower case. The server alone needs them: nothing of a page imports this file. */
const LEAKED = new Set(dictionary['passwords-common'].map((password) => password.toLowerCase()))
/** What people put around a common password to make it pass. */
const AROUND = 8

/** Roots of the common passwords that survive the length rule, mostly by repetition and counting. */
const ROOTS = [
  'password',
  'passwort',
  'passw0rd',
  'p@ssword',
  'p@ssw0rd',
  'qwertyuiop',
  'qwerty',
  'asdfghjkl',
  'zxcvbnm',
  'iloveyou',
  'letmein',
  'welcome',
  'administrator',
  'admin',
  'changeme',
  'trustno',
  'sunshine',
  'princess',
  'football',
  'baseball',
  'superman',
  'batman',
  'dragon',
  'monkey',
  'master',
  'shadow',
  'michael',
  'jennifer',
  'bitcoin',
  'ethereum',
  'faultline',
  'liquidation',
]

/** One or two characters, a counting run, a leaked password with a few digits and marks around it or twice over, or a common root with digits and marks around it, perhaps repeated. */
function isCommon(password: string): boolean {
  const plain = password.toLowerCase()
  if (new Set(plain).size < 4) return true
  if (isRun(plain)) return true
  if (isLeaked(plain)) return true
  let rest = plain
  for (const root of ROOTS) rest = rest.replaceAll(root, '')
  // what is left once roots, digits and marks are gone carries the strength
  const letters = rest.replaceAll(/[^\p{L}]/gu, '')
  return rest.length < plain.length && letters.length < 4 && rest.length < PASSWORD_MIN_LENGTH
}

function isLeaked(plain: string): boolean {
  const core = plain.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  const half = plain.slice(0, plain.length / 2)
  return LEAKED.has(plain) || (plain.length - core.length <= AROUND && LEAKED.has(core)) || (half + half === plain && isLeaked(half))
}

/** "abcdefghijkl", "123456789012", "098765432109" */
function isRun(text: string): boolean {
  let up = 0
  let down = 0
  for (let i = 1; i < text.length; i++) {
    const step = text.charCodeAt(i) - text.charCodeAt(i - 1)
    if (step === 1 || step === -9) up++
    if (step === -1 || step === 9) down++
  }
  return Math.max(up, down) >= text.length - 2
}
