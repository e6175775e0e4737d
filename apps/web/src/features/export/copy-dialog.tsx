'use client'
import { messages } from '../../messages.ts'
import { Dialog } from '../sources/dialog.tsx'

const text = messages.exports.byHand

/** What could not be put on the clipboard, selected, to be copied by hand. */
export function CopyDialog({ value, onClose }: { value: string; onClose: () => void }) {
  return (
    <Dialog title={text.title} onClose={onClose}>
      <div className="flex flex-col gap-3 p-4">
        <p className="text-t2">{text.why}</p>
        <textarea
          data-autofocus
          readOnly
          rows={4}
          aria-label={text.field}
          value={value}
          onFocus={(event) => event.currentTarget.select()}
          className="w-full resize-none rounded-md border border-line2 bg-s2 px-3 py-2 text-[13px] leading-5 [overflow-wrap:anywhere]"
        />
      </div>
    </Dialog>
  )
}
