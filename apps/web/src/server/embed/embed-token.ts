import { HOUR_MS } from '@faultline/market/units'
import { SignedTokens } from '../signed-tokens.ts'

/** An open page gets a new one with every view. */
export const TOKEN_MS = HOUR_MS

/** What an embed's page hands to its requests: the pictures of one instrument, by its key, may be read until then, and nothing else. */
export class EmbedTokens extends SignedTokens {
  constructor({ secret, now }: { secret: string; now?: () => number }) {
    super({ secret, purpose: 'faultline embed token 1', lifetimeMs: TOKEN_MS, ...(now && { now }) })
  }
}
