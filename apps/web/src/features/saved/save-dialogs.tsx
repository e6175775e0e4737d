'use client'
import { Field } from '@faultline/ui/react/field'
import { type ReactNode, useState } from 'react'
import { messages } from '../../messages.ts'
import { Choice, FormDialog } from '../teams/confirm.tsx'
import type { Team } from './use-saved-entries.ts'

const text = messages.saved
const MOST_NAME = 120

/** A name, and whose it is where there are teams to choose from. What the server refuses stands in it, and what was typed stays. */
export function NameDialog({
  title,
  action,
  lead,
  name: first,
  teams = [],
  teamId: firstTeam = null,
  onSubmit,
  onClose,
}: {
  title: string
  action: string
  lead?: ReactNode
  name: string
  /** in which the person may make something; none: whose it is, is no question */
  teams?: readonly Team[]
  teamId?: string | null
  onSubmit: (given: { name: string; teamId: string | null }) => Promise<unknown>
  onClose: () => void
}) {
  const [name, setName] = useState(first)
  const [teamId, setTeamId] = useState(teams.some(({ id }) => id === firstTeam) ? (firstTeam ?? '') : '')
  return (
    <FormDialog
      title={title}
      action={action}
      acting={text.form.saving}
      check={() => (name.trim() === '' ? text.form.missing : null)}
      onSubmit={() => onSubmit({ name: name.trim(), teamId: teamId === '' ? null : teamId })}
      onClose={onClose}
    >
      {lead && <p className="text-t2">{lead}</p>}
      <Field
        label={text.form.name}
        data-autofocus
        required
        dir="auto"
        autoComplete="off"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      {teams.length > 0 && (
        <Choice
          label={text.form.owner}
          value={teamId}
          options={[{ value: '', label: text.mine }, ...teams.map((team) => ({ value: team.id, label: text.team(team.name) }))]}
          onChange={setTeamId}
        />
      )}
    </FormDialog>
  )
}

/** `name (copy)`, as long as a name may be. */
export const copyName = (name: string): string => {
  const copy = text.form.copyOf(name)
  return copy.length <= MOST_NAME ? copy : text.form.copyOf([...name].slice(0, 50).join(''))
}

/** Into which team something of one's own goes. */
export function MoveDialog({
  name,
  teams,
  onMove,
  onClose,
}: {
  name: string
  teams: readonly Team[]
  onMove: (team: Team) => Promise<unknown>
  onClose: () => void
}) {
  const [teamId, setTeamId] = useState(teams[0]?.id ?? '')
  const move = async () => {
    const team = teams.find(({ id }) => id === teamId)
    if (team) await onMove(team)
  }
  return (
    <FormDialog title={text.form.moveTitle(name)} action={text.form.move} onSubmit={move} onClose={onClose}>
      <p className="text-t2">{text.form.moveLead}</p>
      <Choice
        label={text.form.team}
        value={teamId}
        options={teams.map((team) => ({ value: team.id, label: team.name }))}
        onChange={setTeamId}
      />
    </FormDialog>
  )
}
