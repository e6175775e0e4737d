import { asActor } from '@faultline/db/actor'
import { accountById } from '@faultline/db/repositories/accounts'
import { signUpPolicy } from '@faultline/db/repositories/settings'
import { findToken, tokenState } from '@faultline/db/repositories/tokens'
import { z } from 'zod'
import { anyone } from '../../../server/trpc.ts'
import { tokenField } from './fields.ts'

const PURPOSES = ['sign up', 'confirm address', 'change address', 'reset password', 'accept invitation'] as const

const link = z.discriminatedUnion('state', [
  z.object({ state: z.enum(['unknown', 'used', 'expired', 'closed']), purpose: z.enum(PURPOSES).nullable() }),
  z.object({
    state: z.literal('open'),
    purpose: z.enum(PURPOSES),
    /** that the link is for */
    email: z.string(),
    /** who invites; null where it is no invitation or they are gone */
    inviter: z.string().nullable(),
    expiresAt: z.date(),
  }),
])
export type LinkOnPage = z.infer<typeof link>

/** What the page of a link shows before anybody presses its button. Looking uses nothing up: scanners of mail look too. */
export const lookAtLinkProcedure = anyone
  .input(z.object({ token: tokenField }))
  .output(link)
  .query(async ({ ctx: { services, ip }, input }) => {
    await services.limits.take('tokenIp', ip ?? 'unknown')
    const { mode } = await signUpPolicy(services.db)
    return asActor(services.db, { kind: 'authenticator' }, async (tx): Promise<LinkOnPage> => {
      const row = await findToken(tx, input.token)
      if (!row) return { state: 'unknown', purpose: null }
      const purpose = {
        verify_email: row.userId === null ? ('sign up' as const) : ('confirm address' as const),
        change_email: 'change address' as const,
        reset_password: 'reset password' as const,
        invitation: 'accept invitation' as const,
      }[row.kind]
      const state = tokenState(row)
      if (state !== 'open') return { state, purpose }
      if ((mode === 'closed' && purpose === 'accept invitation') || (mode !== 'open' && purpose === 'sign up'))
        return { state: 'closed', purpose }
      const inviter = row.kind === 'invitation' && row.createdBy ? await accountById(tx, row.createdBy) : null
      return { state, purpose, email: row.email, inviter: inviter?.name ?? null, expiresAt: row.expiresAt }
    })
  })
