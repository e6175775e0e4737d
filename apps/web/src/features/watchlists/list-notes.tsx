'use client'
import { Button } from '@faultline/ui/react/button'
import { type FormEvent, useId, useState } from 'react'
import { messages } from '../../messages.ts'
import { MOST_NOTES } from './prepare/operations.ts'

const text = messages.watchlists.listNotes

/** The notes of a list. What is being written stays, whatever others write meanwhile. `onSave` null: to be read only. */
export function ListNotes({ notes, onSave }: { notes: string; onSave: ((notes: string, was: string) => void) | null }) {
  const id = useId()
  /** null: nothing is being written */
  const [draft, setDraft] = useState<{ text: string; was: string } | null>(null)
  const value = draft?.text ?? notes
  const changed = draft !== null && draft.text !== notes
  if (!onSave && notes === '') return null
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (changed) onSave?.(draft.text, draft.was)
    setDraft(null)
  }
  return (
    <form onSubmit={submit} className="flex flex-none flex-col gap-2 border-t border-line px-4 py-3">
      <label htmlFor={id} className="text-[11px] text-t3">
        {text.label}
      </label>
      <textarea
        id={id}
        dir="auto"
        rows={changed ? 4 : 2}
        readOnly={!onSave}
        maxLength={MOST_NOTES}
        placeholder={text.placeholder}
        value={value}
        onChange={(event) => setDraft({ text: event.target.value, was: draft?.was ?? notes })}
        className="fl-input h-auto max-h-60 resize-y py-2"
      />
      {changed && (
        <div className="flex items-center justify-end gap-2">
          <span className="mr-auto text-t3">{text.left(MOST_NOTES - value.length)}</span>
          <Button onClick={() => setDraft(null)}>{messages.watchlists.cancel}</Button>
          <Button variant="primary" type="submit">
            {messages.watchlists.save}
          </Button>
        </div>
      )}
    </form>
  )
}
