'use client'
import { Menu, MenuItem } from '@faultline/ui/react/menu'
import { Crown, Ellipsis, LogOut, ShieldAlert, ShieldCheck, UserMinus } from 'lucide-react'
import { messages } from '../../messages.ts'
import type { MemberQuestion } from './member-dialogs.tsx'
import { PersonMark } from './person-mark.tsx'
import { agoOf } from './prepare/words.ts'
import type { Member } from './server/schema.ts'

const text = messages.teams.members
const ROLES = ['owner', 'editor', 'viewer'] as const

export interface MemberRowProps {
  member: Member
  /** it is the reader */
  self: boolean
  /** the reader is an owner */
  mayChange: boolean
  now: number
  onRole: (role: Member['role']) => void
  onAsk: (question: MemberQuestion) => void
}

/** One member; on phones in two lines. */
export function MemberRow({ member, self, mayChange, now, onRole, onAsk }: MemberRowProps) {
  const { name, email, role } = member
  return (
    <tr className="border-b border-line last:border-b-0">
      <td className="py-2 pr-2 pl-4">
        <div className="flex min-w-0 items-center gap-3">
          <PersonMark id={member.userId} name={name} />
          <div className="min-w-0">
            <p className="flex items-baseline gap-2">
              <bdi className="truncate font-semibold text-t1" title={name}>
                {name}
              </bdi>
              {self && <span className="flex-none text-[11px] text-t3">{text.you}</span>}
            </p>
            <p className="truncate text-t2 phone:hidden">
              <bdi>{email}</bdi>
            </p>
            <p className="mt-0.5 flex items-center gap-2 text-[11px] text-t3 phone:hidden">
              <SecondFactor on={member.secondFactor} />
              <LastSeen member={member} self={self} now={now} />
            </p>
          </div>
        </div>
      </td>
      <td className="truncate px-2 text-t2 max-phone:hidden">
        <bdi title={email}>{email}</bdi>
      </td>
      <td className="px-2 max-phone:w-[108px]">
        {mayChange ? (
          <select
            aria-label={text.roleOf(name)}
            value={role}
            onChange={(event) => onRole(event.target.value as Member['role'])}
            className="app-select max-w-full max-phone:h-10"
          >
            {ROLES.map((one) => (
              <option key={one} value={one}>
                {messages.teams.roles[one]}
              </option>
            ))}
          </select>
        ) : (
          <span className={`inline-flex items-center gap-1.5 font-medium ${role === 'owner' ? 'text-accfg' : 'text-t1'}`}>
            {messages.teams.roles[role]}
            {role === 'owner' && <Crown size={13} aria-hidden="true" />}
          </span>
        )}
      </td>
      <td className="hidden px-2 wide:table-cell">
        <SecondFactor on={member.secondFactor} />
      </td>
      <td className="px-2 text-t2 max-phone:hidden">
        <LastSeen member={member} self={self} now={now} />
      </td>
      <td className="pr-3 text-right max-phone:w-12">
        {(mayChange || self) && (
          <Menu label={text.actionsFor(name)} icon={<Ellipsis size={16} />} iconOnly variant="ghost" className="inline-block">
            {mayChange && !self && role !== 'owner' && (
              <MenuItem icon={<Crown size={14} />} onPress={() => onAsk({ kind: 'transfer', member })}>
                {text.makeOwner}
              </MenuItem>
            )}
            {mayChange && !self && (
              <MenuItem icon={<UserMinus size={14} />} onPress={() => onAsk({ kind: 'remove', member })}>
                {text.remove}
              </MenuItem>
            )}
            {self && (
              <MenuItem icon={<LogOut size={14} />} onPress={() => onAsk({ kind: 'leave', member })}>
                {text.leave}
              </MenuItem>
            )}
          </Menu>
        )}
      </td>
    </tr>
  )
}

function SecondFactor({ on }: { on: boolean }) {
  const Icon = on ? ShieldCheck : ShieldAlert
  return (
    <span className={`inline-flex items-center gap-1.5 align-middle font-medium ${on ? 'text-ok' : 'text-warn'}`}>
      <Icon size={14} aria-hidden="true" />
      <span className="sr-only">{text.columns.secondFactor}</span>
      {on ? text.secondFactor.on : text.secondFactor.off}
    </span>
  )
}

function LastSeen({ member, self, now }: Pick<MemberRowProps, 'member' | 'self' | 'now'>) {
  if (self) return <span className="font-medium text-ok">{text.now}</span>
  return <>{member.lastSeenAt === null ? text.never : agoOf(member.lastSeenAt, now)}</>
}
