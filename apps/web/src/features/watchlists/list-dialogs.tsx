'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { Field } from '@faultline/ui/react/field'
import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { messages } from '../../messages.ts'
import type { ScreenerRow } from '../screener/server/schema.ts'
import { Dialog } from '../sources/dialog.tsx'
import { MOST_NAME, type WatchlistRow } from './prepare/operations.ts'
import { suggestions } from './prepare/order.ts'
import { messageOf, useListActions } from './use-list-actions.ts'
import type { ShownList } from './use-watchlists.ts'
import type { ListItem } from './watchlists-provider.tsx'

const text = messages.watchlists
const SUGGESTED = 8

interface Team {
  id: string
  name: string
}

/** A form of a name, and of an owner where there are several to choose from; says what the server says. */
function ListForm({
  title,
  submit,
  name: first,
  teams,
  children,
  onSubmit,
  onClose,
}: {
  title: string
  submit: string
  name: string
  teams: readonly Team[]
  children?: ReactNode
  onSubmit: (given: { name: string; teamId: string | null }) => Promise<void> | void
  onClose: () => void
}) {
  const id = useId()
  const [name, setName] = useState(first)
  const [teamId, setTeamId] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const send = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(null)
    try {
      await onSubmit({ name: name.trim(), teamId: teamId === '' ? null : teamId })
    } catch (problem) {
      setError(messageOf(problem))
      setBusy(false)
    }
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void send(event)} className="flex flex-col gap-3 overflow-y-auto p-4">
        <Field
          label={text.create.name}
          data-autofocus
          required
          dir="auto"
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        {teams.length > 0 && (
          <div className="fl-field">
            <label htmlFor={id} className="fl-field-label">
              {text.create.owner}
            </label>
            <select id={id} value={teamId} onChange={(event) => setTeamId(event.target.value)} className="fl-input">
              <option value="">{text.mine}</option>
              {teams.map((team) => (
                <option key={team.id} value={team.id}>
                  {text.team(team.name)}
                </option>
              ))}
            </select>
          </div>
        )}
        {children}
        {error !== null && <ErrorNote data-testid="form-error">{error}</ErrorNote>}
        <div className="flex justify-end gap-2">
          <Button size="large" onClick={onClose}>
            {text.cancel}
          </Button>
          <Button size="large" variant="primary" type="submit" busy={busy}>
            {submit}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** A list of one's own or of a team. `first` stands in it at once. */
export function NewListDialog({
  teams,
  markets,
  first,
  onMade,
  onClose,
}: {
  teams: readonly Team[]
  markets: readonly ScreenerRow[]
  first?: WatchlistRow
  onMade: (list: ListItem) => void
  onClose: () => void
}) {
  const { create } = useListActions()
  const [suggested, setSuggested] = useState(false)
  const offered = first ? [] : suggestions(markets, new Set(), SUGGESTED)
  return (
    <ListForm
      title={text.create.title}
      submit={text.create.submit}
      name={first ? text.star.firstList : ''}
      teams={teams}
      onClose={onClose}
      onSubmit={async ({ name, teamId }) => {
        const rows = first ? [first] : suggested ? offered.map(({ key }) => ({ instrument: key, note: '' })) : []
        onMade(await create({ name, teamId, content: { rows, notes: '' } }))
      }}
    >
      {offered.length > 0 && (
        <label className="flex cursor-pointer items-start gap-2 text-t2">
          <input
            type="checkbox"
            checked={suggested}
            onChange={(event) => setSuggested(event.target.checked)}
            className="mt-px size-4 accent-acc"
          />
          <span>
            {text.create.suggested}
            <span className="block text-t3">
              <bdi>{offered.map(({ symbol }) => symbol).join(', ')}</bdi>
            </span>
          </span>
        </label>
      )}
    </ListForm>
  )
}

export function RenameDialog({
  list,
  onRename,
  onClose,
}: {
  list: ShownList
  onRename: (name: string, was: string) => void
  onClose: () => void
}) {
  const [was] = useState(list.name)
  return (
    <ListForm
      title={text.rename.title}
      submit={text.rename.submit}
      name={list.name}
      teams={[]}
      onClose={onClose}
      onSubmit={({ name }) => {
        if (name !== '' && name !== was) onRename(name, was)
        onClose()
      }}
    />
  )
}

export function DuplicateDialog({
  list,
  teams,
  onMade,
  onClose,
}: {
  list: ShownList
  teams: readonly Team[]
  onMade: (list: ListItem) => void
  onClose: () => void
}) {
  const { duplicate } = useListActions()
  return (
    <ListForm
      title={text.duplicate.title}
      submit={text.duplicate.submit}
      name={text.duplicate.name(list.name).slice(0, MOST_NAME)}
      teams={teams}
      onClose={onClose}
      onSubmit={async (given) => onMade(await duplicate(list, given))}
    />
  )
}

export function DeleteDialog({ list, onDone, onClose }: { list: ShownList; onDone: () => void; onClose: () => void }) {
  const { remove } = useListActions()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const send = async () => {
    setBusy(true)
    setError(null)
    try {
      await remove(list)
      onDone()
    } catch (problem) {
      setError(messageOf(problem))
      setBusy(false)
    }
  }
  return (
    <Dialog title={text.remove.title} onClose={onClose}>
      <div className="flex flex-col gap-3 p-4">
        <p className="[overflow-wrap:anywhere] text-t2">{text.remove.lead(list.name, list.content.rows.length)}</p>
        {list.team && <p className="font-semibold text-warn">{text.remove.team}</p>}
        {error !== null && <ErrorNote data-testid="form-error">{error}</ErrorNote>}
        <div className="flex justify-end gap-2">
          <Button size="large" data-autofocus onClick={onClose}>
            {text.cancel}
          </Button>
          <Button size="large" variant="danger" busy={busy} onClick={() => void send()}>
            {text.remove.submit}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
