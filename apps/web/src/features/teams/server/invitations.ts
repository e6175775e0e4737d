/** Procedures of invitations: for owners, who make them, and for whoever was sent a link. */
import {
  acceptInvitation,
  createInvitation,
  listInvitations,
  type MadeInvitation,
  type OnMade,
  renewInvitation,
  revokeInvitation,
  type TeamOffer,
  teamInvitationOf,
} from '@faultline/db/repositories/team-invitations'
import { listMyTeams } from '@faultline/db/repositories/teams'
import { z } from 'zod'
import { messages } from '../../../messages.ts'
import type { SessionUser } from '../../../server/auth/sessions.ts'
import { record } from '../../../server/record.ts'
import type { Services } from '../../../server/services.ts'
import { signedIn, teamMember } from '../../../server/trpc.ts'
import { sendMail } from '../../joining/server/send-mail.ts'
import { joinPath } from '../prepare/join-path.ts'
import { invitationDays, invitationInput, joinToken } from './schema.ts'

/** Open ones and those that ran out, the newest first. */
export const invitationsProcedure = teamMember('owner').query(({ ctx }) => listInvitations(ctx.services.db, ctx.actor, ctx.team.id))

export interface NewInvitation {
  id: string
  /** to be handed over: it is shown once */
  link: string
  /** it goes out by e-mail as well */
  mailed: boolean
  /** an earlier link to the same address is dead */
  replaced: boolean
  expiresAt: number
}

export const inviteProcedure = teamMember('owner')
  .input(invitationInput)
  .mutation(async ({ ctx, input }): Promise<NewInvitation> => {
    const { services, actor, user, team } = ctx
    await services.limits.take('invite', user.userId)
    if (input.email && services.mail) await services.limits.take('mailTo', input.email)
    const made = await createInvitation(services.db, actor, team.id, input, mailing(services, user))
    const details = { team: team.name, role: made.role, replaced: made.replaced, maxUses: input.email ? 1 : input.maxUses }
    await record(ctx, { action: 'team.invitation_made', target: made.email ?? 'link', details })
    return shown(services, made)
  })

/** Another link with a new end; the one before is dead. */
export const renewInvitationProcedure = teamMember('owner')
  .input(z.object({ id: z.uuid(), days: invitationDays.default(7) }))
  .mutation(async ({ ctx, input }): Promise<NewInvitation> => {
    const { services, actor, user, team } = ctx
    await services.limits.take('invite', user.userId)
    const made = await renewInvitation(services.db, actor, team.id, input.id, input.days, async (tx, renewed) => {
      if (renewed.email && services.mail) await services.limits.take('mailTo', renewed.email)
      await mailing(services, user)(tx, renewed)
    })
    await record(ctx, { action: 'team.invitation_renewed', target: made.email ?? 'link', details: { team: team.name, role: made.role } })
    return shown(services, made)
  })

export const revokeInvitationProcedure = teamMember('owner')
  .input(z.object({ id: z.uuid() }))
  .mutation(async ({ ctx, input }) => {
    const email = await revokeInvitation(ctx.services.db, ctx.actor, ctx.team.id, input.id)
    await record(ctx, { action: 'team.invitation_revoked', target: email ?? 'link', details: { team: ctx.team.name } })
  })

/** What a link offers to whoever looks at it. */
export type Offer = Omit<TeamOffer, 'teamId' | 'state'> & {
  /** null: the reader is not in the team */
  teamId: string | null
  state: TeamOffer['state'] | 'member' | 'other_address'
}

/** What the link offers; null: nothing, or not any more. Looking uses nothing up. */
export const offerProcedure = signedIn.input(z.object({ token: joinToken })).query(async ({ ctx, input }): Promise<Offer | null> => {
  const { services, user, actor } = ctx
  await services.limits.take('tokenIp', ctx.ip ?? user.userId)
  const offer = await teamInvitationOf(services.db, input.token)
  if (!offer) return null
  const member = (await listMyTeams(services.db, actor)).some(({ id }) => id === offer.teamId)
  const state = member
    ? ('member' as const)
    : offer.state === 'open' && !isFor(offer.email, user.email)
      ? ('other_address' as const)
      : offer.state
  // who is let in by another address learns that there is one, and not which
  const { teamId, email, ...rest } = offer
  return { ...rest, state, teamId: member ? teamId : null, email: state === 'other_address' ? null : email }
})
const isFor = (invited: string | null, address: string) => invited === null || invited.toLowerCase() === address.toLowerCase()

/** Says in `state` whether the caller is in, or why not. */
export const joinProcedure = signedIn.input(z.object({ token: joinToken })).mutation(async ({ ctx, input }) => {
  const { services, user, actor } = ctx
  await services.limits.take('tokenIp', ctx.ip ?? user.userId)
  const { state, teamId } = await acceptInvitation(services.db, actor, input.token)
  if (state !== 'member') {
    const team = state === 'joined' ? (await listMyTeams(services.db, actor)).find(({ id }) => id === teamId)?.name : undefined
    await record(ctx, { action: 'team.joined', target: team ?? '', allowed: state === 'joined', details: { state } })
  }
  return { state, teamId }
})

const linkOf = (services: Pick<Services, 'publicUrl'>, token: string) => new URL(joinPath(token), services.publicUrl).href

function shown(services: Services, { id, token, email, replaced, expiresAt }: MadeInvitation): NewInvitation {
  return { id, link: linkOf(services, token), mailed: email !== null && services.mail, replaced, expiresAt }
}

/** Queues the message in the transaction that makes the invitation. */
const mailing =
  (services: Services, user: Pick<SessionUser, 'name' | 'email'>): OnMade =>
  async (tx, { email, token, teamName, role, expiresAt }) => {
    if (email === null || !services.mail) return
    const words = messages.teams.mail
    const inviter = oneLine(user.name || user.email)
    const facts = { inviter, address: user.email, team: oneLine(teamName), role: messages.teams.a[role] }
    const link = linkOf(services, token)
    await sendMail(services, tx, email, {
      subject: words.subject(facts.inviter, facts.team),
      text: words.text({ ...facts, link, until: new Date(expiresAt).toUTCString() }),
    })
  }

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 120)
