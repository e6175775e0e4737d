import { notFound } from 'next/navigation'
import { requireUser, serverApi } from '../../../server/current-user.ts'
import type { TeamDetails } from './schema.ts'

/**
 * For the pages of one team: the team as whoever asks may see it, or `null` where it is closed to them for want of a second
 * factor. To everybody else there is no such page.
 */
export async function openTeam(id: string): Promise<TeamDetails | null> {
  await requireUser()
  const { teams } = await serverApi()
  try {
    return await teams.get({ teamId: id })
  } catch (error) {
    if (!isNone(error)) throw error
    if ((await teams.mine()).some((team) => team.id === id && team.locked)) return null
    notFound()
  }
}

/**
 * BAD_REQUEST: what stands in the address is no id. Procedures run outside of Next's bundle, so their errors are of another
 * TRPCError than one that is imported here.
 */
const isNone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['NOT_FOUND', 'BAD_REQUEST'].includes(String(error.code))
