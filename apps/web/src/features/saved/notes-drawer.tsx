'use client'
import { Button } from '@faultline/ui/react/button'
import { messages } from '../../messages.ts'
import { Dialog } from '../sources/dialog.tsx'
import { TextArea } from '../sources/text-area.tsx'

const text = messages.saved.notes
export const MOST_NOTES = 10_000
/** From here on it is said how much room is left. */
const NEAR_THE_END = 500

/** What somebody writes about a market or a view; every letter is kept as it is typed. */
export function NotesDrawer({
  notes,
  onNotes,
  editable,
  onClose,
}: {
  notes: string
  onNotes: (notes: string) => void
  /** the view can be saved with them */
  editable: boolean
  onClose: () => void
}) {
  const left = MOST_NOTES - notes.length
  return (
    <Dialog title={text.title} place="side" onClose={onClose}>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain p-4">
        <TextArea
          label={text.label}
          data-autofocus
          dir="auto"
          rows={16}
          maxLength={MOST_NOTES}
          placeholder={text.placeholder}
          value={notes}
          onChange={(event) => onNotes(event.target.value)}
          hint={left <= NEAR_THE_END ? `${editable ? text.hint : text.readOnly} ${text.left(left)}` : editable ? text.hint : text.readOnly}
        />
      </div>
      <footer className="flex flex-none justify-end border-t border-line p-3">
        <Button size="large" variant="primary" onClick={onClose}>
          {text.done}
        </Button>
      </footer>
    </Dialog>
  )
}
