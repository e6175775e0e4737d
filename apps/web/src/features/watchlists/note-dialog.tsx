'use client'
import { Button } from '@faultline/ui/react/button'
import { type FormEvent, useId, useState } from 'react'
import { messages } from '../../messages.ts'
import { Dialog } from '../sources/dialog.tsx'
import { MOST_NOTE } from './prepare/operations.ts'

const text = messages.watchlists

/** The note of one market in one list. */
export function NoteDialog({
  symbol,
  note,
  onSave,
  onClose,
}: {
  symbol: string
  note: string
  onSave: (note: string, was: string) => void
  onClose: () => void
}) {
  const id = useId()
  // others may write while this is open
  const [was] = useState(note)
  const [value, setValue] = useState(note)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (value !== was) onSave(value, was)
    onClose()
  }
  return (
    <Dialog title={text.rowNote.title(symbol)} onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-3 p-4">
        <label htmlFor={id} className="fl-field-label">
          {text.rowNote.label}
        </label>
        <textarea
          id={id}
          data-autofocus
          dir="auto"
          rows={5}
          maxLength={MOST_NOTE}
          value={value}
          onChange={(event) => setValue(event.target.value)}
          className="fl-input h-auto resize-y py-2"
        />
        <p className="text-t3">{text.listNotes.left(MOST_NOTE - value.length)}</p>
        <div className="flex justify-end gap-2">
          <Button size="large" onClick={onClose}>
            {text.cancel}
          </Button>
          <Button size="large" variant="primary" type="submit">
            {text.rowNote.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
