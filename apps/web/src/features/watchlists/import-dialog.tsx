'use client'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { type FormEvent, useId, useState } from 'react'
import { messages } from '../../messages.ts'
import type { ScreenerRow } from '../screener/server/schema.ts'
import { toast } from '../shell/toasts.tsx'
import { Dialog } from '../sources/dialog.tsx'
import { type Problem, type ReadFile, readListFile, UnreadableFile } from './prepare/list-file.ts'
import { MOST_NAME } from './prepare/operations.ts'
import { messageOf, useListActions } from './use-list-actions.ts'
import type { RowActions } from './use-row-actions.ts'
import type { ShownList } from './use-watchlists.ts'

const text = messages.watchlists.files
const MOST_BYTES = 1_000_000

/** Reads a file, shows what would be added and what not and why, and adds it when told to. */
export function ImportDialog({
  list,
  actions,
  markets,
  onDone,
  onClose,
}: {
  /** null: there is none yet */
  list: ShownList | null
  actions: RowActions | null
  markets: readonly ScreenerRow[]
  onDone: (madeId: string | null) => void
  onClose: () => void
}) {
  const id = useId()
  const { create } = useListActions()
  const [given, setGiven] = useState('')
  const [read, setRead] = useState<{ text: string; into: ReadFile; alone: ReadFile } | null>(null)
  const [intoNew, setIntoNew] = useState(list === null || actions === null)
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const shown = read && (intoNew ? read.alone : read.into)

  const take = (source: string) => {
    setRead(null)
    setError(null)
    if (source.trim() === '') return setError(text.nothing)
    if (source.length > MOST_BYTES) return setError(text.tooLarge)
    try {
      const there = list?.content.rows.map((row) => row.instrument) ?? []
      setRead({ text: source, into: readListFile(source, markets, there), alone: readListFile(source, markets) })
    } catch (problem) {
      if (!(problem instanceof UnreadableFile)) throw problem
      setError(problem.message === 'quote' ? text.quote(problem.line) : text.json1)
    }
  }
  const choose = async (file: File | undefined) => {
    if (!file) return
    if (file.size > MOST_BYTES) return setError(text.tooLarge)
    try {
      take(await file.text())
    } catch {
      setError(text.unreadable)
    }
  }
  const add = async (event: FormEvent) => {
    event.preventDefault()
    if (!shown || shown.rows.length === 0) return
    if (!intoNew && list && actions) {
      actions.add(shown.rows)
      toast(text.done(shown.rows.length, list.name))
      return onDone(null)
    }
    setBusy(true)
    try {
      const name = (shown.name?.trim() || text.fallback).slice(0, MOST_NAME)
      const made = await create({ teamId: null, name, content: { rows: shown.rows, notes: shown.notes ?? '' } })
      toast(text.done(shown.rows.length, made.name))
      onDone(made.id)
    } catch (problem) {
      setError(messageOf(problem))
      setBusy(false)
    }
  }
  return (
    <Dialog title={text.title} onClose={onClose}>
      <form onSubmit={(event) => void add(event)} className="flex min-h-0 flex-col gap-3 overflow-y-auto p-4">
        <p className="text-t2">{text.lead}</p>
        <div className="fl-field">
          <label htmlFor={`${id}-file`} className="fl-field-label">
            {text.choose}
          </label>
          <input
            id={`${id}-file`}
            type="file"
            accept=".csv,.json,.txt,text/csv,text/plain,application/json"
            onChange={(event) => void choose(event.target.files?.[0])}
            className="w-full text-t2 file:mr-3 file:h-10 file:cursor-pointer file:rounded-md file:border file:border-line2 file:bg-s2 file:px-3 file:text-t1"
          />
        </div>
        <div className="fl-field">
          <label htmlFor={`${id}-text`} className="fl-field-label">
            {text.paste}
          </label>
          <textarea
            id={`${id}-text`}
            rows={4}
            value={given}
            onChange={(event) => setGiven(event.target.value)}
            spellCheck={false}
            className="fl-input h-auto resize-y py-2 font-mono"
          />
          <div>
            <Button onClick={() => take(given)}>{text.read}</Button>
          </div>
        </div>
        {error !== null && <ErrorNote data-testid="form-error">{error}</ErrorNote>}
        {shown && (
          <>
            {list && actions && (
              <fieldset className="flex flex-col gap-1.5">
                <legend className="fl-field-label mb-1.5">{text.into}</legend>
                <Choice name={id} checked={!intoNew} onChoose={() => setIntoNew(false)} label={text.intoThis(list.name)} />
                <Choice name={id} checked={intoNew} onChoose={() => setIntoNew(true)} label={text.intoNew} />
              </fieldset>
            )}
            <ImportPreview read={shown} />
            <div className="flex justify-end gap-2">
              <Button size="large" onClick={onClose}>
                {messages.watchlists.cancel}
              </Button>
              <Button size="large" variant="primary" type="submit" busy={busy} disabled={shown.rows.length === 0}>
                {text.submit(shown.rows.length)}
              </Button>
            </div>
          </>
        )}
      </form>
    </Dialog>
  )
}

const Choice = ({ name, checked, onChoose, label }: { name: string; checked: boolean; onChoose: () => void; label: string }) => (
  <label className="flex min-h-6 cursor-pointer items-center gap-2 text-t1">
    <input type="radio" name={name} checked={checked} onChange={onChoose} className="size-4 flex-none accent-acc" />
    <span className="min-w-0 [overflow-wrap:anywhere]">{label}</span>
  </label>
)

/** What a file holds: what is taken, and each line that is not, with its number and why. */
export function ImportPreview({ read: { rows, problems } }: { read: ReadFile }) {
  return (
    <div className="flex flex-col gap-2">
      <p className="font-semibold text-t1">{rows.length > 0 ? text.preview(rows.length) : text.none}</p>
      {rows.length > 0 && (
        <ul className="max-h-40 overflow-y-auto rounded-md border border-line">
          {rows.map(({ instrument, note }) => (
            <li key={instrument} className="flex gap-2 border-b border-line px-2.5 py-1 last:border-b-0">
              <bdi className="flex-none font-medium text-t1">{instrument}</bdi>
              <bdi className="min-w-0 flex-1 truncate text-t3">{note}</bdi>
            </li>
          ))}
        </ul>
      )}
      {problems.length > 0 && (
        <>
          <p className="font-semibold text-warn">{text.problems(problems.length)}</p>
          <ul data-testid="import-problems" className="max-h-40 overflow-y-auto rounded-md border border-line">
            {problems.map((problem) => (
              <li key={problem.line} className="border-b border-line px-2.5 py-1 last:border-b-0">
                <span className="font-medium whitespace-nowrap text-t1">{text.line(problem.line)}</span>{' '}
                <span className="text-t2">{whyOf(problem)}</span>
                <bdi className="block truncate text-t3">{problem.text}</bdi>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

const whyOf = ({ trouble }: Problem): string =>
  trouble.why === 'several' ? text.why.several(trouble.keys.slice(0, 6).join(', ')) : text.why[trouble.why]
