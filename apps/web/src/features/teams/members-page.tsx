'use client'
import { Button } from '@faultline/ui/react/button'
import { Panel } from '@faultline/ui/react/panel'
import { useQuery } from '@tanstack/react-query'
import { Link2, UserPlus } from 'lucide-react'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { TeamShareLinks } from '../share/share-link-list.tsx'
import { PageBody } from '../shell/app-frame.tsx'
import { formatCount } from '../shell/prepare/format.ts'
import { useServerNow } from '../stream/news-stream.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import { ItemsSection } from './items-section.tsx'
import { MembersPanel } from './members-panel.tsx'
import type { Member, TeamDetails, TeamInvitation, TeamItem } from './server/schema.ts'
import { TeamFrame } from './team-frame.tsx'

const text = messages.teams

interface MembersPageProps {
  team: TeamDetails
  members: Member[]
  /** null: the reader is no owner */
  invitations: TeamInvitation[] | null
  items: TeamItem[]
  now: number
}

/** Members and what the team shares. */
export function MembersPage({ team: initial, members, invitations, items, now: renderedAt }: MembersPageProps) {
  const now = useServerNow(renderedAt, 30_000)
  const [inviting, setInviting] = useState<'email' | 'link' | null>(null)
  return (
    <TeamFrame initial={initial} tab="members">
      {(team) => (
        <PageBody
          title={text.page.tabs.members}
          aside={<Seats team={team} members={members} />}
          actions={
            team.role === 'owner' && (
              <>
                <Button icon={<Link2 size={14} />} onClick={() => setInviting('link')}>
                  {text.invitations.link}
                </Button>
                <Button variant="primary" icon={<UserPlus size={14} />} onClick={() => setInviting('email')}>
                  {text.invitations.invite}
                </Button>
              </>
            )
          }
        >
          <MembersPanel team={team} members={members} invitations={invitations} now={now} />
          <ItemsSection team={team} items={items} now={now} />
          {team.role !== 'viewer' && (
            <Panel title={text.shareLinks}>
              <TeamShareLinks teamId={team.id} />
            </Panel>
          )}
          {inviting && <InviteDialog teamId={team.id} first={inviting} onClose={() => setInviting(null)} />}
        </PageBody>
      )}
    </TeamFrame>
  )
}

/** How many there are now, and may be. */
function Seats({ team, members: initial }: Pick<MembersPageProps, 'team' | 'members'>) {
  const { data: members } = useQuery({ ...useTRPC().teams.members.queryOptions({ teamId: team.id }), initialData: initial })
  return text.page.seats(formatCount(members.length), team.mostMembers === null ? null : formatCount(team.mostMembers))
}
