import { normalEmail } from '@faultline/db/repositories/accounts'
import { z } from 'zod'

/** An address, as it is stored: trimmed, in lower case. */
export const emailField = z
  .string()
  .max(2_000, 'is longer than any address can be')
  .transform(normalEmail)
  .pipe(z.email('is no e-mail address; it must look like name@example.org').max(254, 'is longer than any address can be'))

const MAX_NAME = 80

/** What a person is called: any script and emoji, one line, something to see. Everything that shows it takes it for text. */
export const nameField = z
  .string()
  .max(20_000, `must have at most ${MAX_NAME} characters`)
  .transform((name) => name.normalize('NFC').trim())
  .refine((name) => [...name].length <= MAX_NAME, `must have at most ${MAX_NAME} characters`)
  .refine((name) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name), 'must be one line, without control characters')
  .refine((name) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(name), 'must have something to read in it')

/** A password that exists already; no rule but that hashing megabytes is work for nothing. */
export const knownPassword = z.string().min(1, 'is missing').max(1_000, 'must have at most 1,000 characters')

/** The last part of a link. Any text: what has not the form of a token is an unknown one. */
export const tokenField = z.string().max(1_000)
