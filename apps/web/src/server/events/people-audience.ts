import { withActor } from '@faultline/db/actor'
import type { Database } from '@faultline/db/database'
import { LRUCache } from 'lru-cache'
import type { PeopleNews } from '../../features/stream/server/news.ts'

/** How long an answer is believed, should a notice be lost. */
const BELIEVE_MS = 30_000

/** Who hears of a change of people's rows: its owner, or the members of its team, as the database has them. */
export class PeopleAudience {
  private readonly db: Database
  private readonly teams = new LRUCache<string, Promise<ReadonlySet<string>>>({ max: 10_000, ttl: BELIEVE_MS })

  constructor(db: Database) {
    this.db = db
  }

  /** Whoever has just left a team hears that, and nothing more of it. False where the database cannot be asked. */
  async hears(userId: string, news: Pick<PeopleNews, 'subject' | 'id' | 'teamId'>, ownerId: string | null): Promise<boolean> {
    if (ownerId !== null) return ownerId === userId
    if (news.teamId === null) return false
    if (news.subject === 'member' && news.id === userId) return true
    return (await this.teamsOf(userId)).has(news.teamId)
  }

  /** What is known of one person's teams, or of everybody's, is asked again. */
  forget(userId?: string): void {
    if (userId === undefined) this.teams.clear()
    else this.teams.delete(userId)
  }

  private teamsOf(userId: string): Promise<ReadonlySet<string>> {
    const known = this.teams.get(userId)
    if (known) return known
    const asked = withActor(this.db, { kind: 'user', userId, role: 'member' }, async (tx) => {
      const rows = await tx.$queryRaw<{ ids: string[] }[]>`select actor_team_ids('viewer') as ids`
      return new Set(rows[0]?.ids)
    }).catch(() => {
      this.teams.delete(userId)
      return new Set<string>()
    })
    this.teams.set(userId, asked)
    return asked
  }
}
