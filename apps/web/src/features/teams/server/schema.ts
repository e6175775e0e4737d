/** What the procedures of teams take. */
import { z } from 'zod'

/** Invisible characters are no text, and a zero byte cannot be stored. Direction marks stay: people write from right to left. */
const isSeen = (text: string) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(text)
const hasControls = (text: string) => [...text].some((letter) => (letter.codePointAt(0) ?? 32) < 32)

export const TEAM_NAME_LENGTH = 80
export const COMMENT_LENGTH = 4_000
export const MOST_USES = 1_000
export const MOST_DAYS = 30

export const teamName = z
  .string()
  .trim()
  .min(1, 'give it a name')
  .max(TEAM_NAME_LENGTH, `a team’s name has at most ${TEAM_NAME_LENGTH} characters`)
  .refine(isSeen, { error: 'give it a name that can be seen' })
  .refine((text) => !hasControls(text), { error: 'a name stands in one line' })

export const commentBody = z
  .string()
  .trim()
  .min(1, 'write something first')
  .max(COMMENT_LENGTH, `a comment has at most ${COMMENT_LENGTH.toLocaleString('en-US')} characters`)
  .refine(isSeen, { error: 'write something that can be seen' })
  .refine((text) => !text.includes('\0'), { error: 'it has a character that cannot be stored; write it without' })

export const teamRole = z.enum(['viewer', 'editor', 'owner'])
/** Owners are made of members, never invited. */
export const invitedRole = z.enum(['viewer', 'editor'])
export const invitationDays = z.int().min(1, 'at least one day').max(MOST_DAYS, `at most ${MOST_DAYS} days`)

export const invitationInput = z.object({
  /** null: a link that lets several people in */
  email: z.string().trim().toLowerCase().max(320, 'this is no e-mail address').pipe(z.email('this is no e-mail address')).nullable(),
  role: invitedRole,
  maxUses: z
    .int()
    .min(1, 'at least one person')
    .max(MOST_USES, `at most ${MOST_USES.toLocaleString('en-US')} people`),
  days: invitationDays,
})

/** As it stands in a link; what does not look like one is answered like one that is unknown. */
export const joinToken = z.string().max(200)

export type { Activity, ActivityFilter } from '@faultline/db/repositories/activity'
export type { TeamInvitation } from '@faultline/db/repositories/team-invitations'
export type { Member, MyTeam, TeamDetails, TeamItem } from '@faultline/db/repositories/teams'
