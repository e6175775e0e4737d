'use client'
import { Button } from '@faultline/ui/react/button'
import { X } from 'lucide-react'
import { type ReactNode, useEffect, useId, useRef } from 'react'
import { messages } from '../../messages.ts'

export interface DialogProps {
  title: string
  /** `side`: a drawer at the right edge; on phones both come from below */
  place?: 'centre' | 'side'
  /** Escape and the button in the head. What lies behind does not close it: a slip would lose what was typed. */
  onClose: () => void
  children: ReactNode
}

const PLACES = {
  centre: 'phone:m-auto phone:w-[520px] phone:max-h-[calc(100dvh-48px)] phone:rounded-[10px]',
  side: 'phone:my-0 phone:mr-0 phone:ml-auto phone:h-dvh phone:max-h-dvh phone:w-[560px] phone:rounded-none',
} as const

/** A modal: open as long as it is rendered. Focus goes to `data-autofocus` inside, and back to where it was afterwards. */
export function Dialog({ title, place = 'centre', onClose, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const dialog = ref.current
    if (!dialog) return
    const before = document.activeElement
    dialog.showModal()
    dialog.querySelector<HTMLElement>('[data-autofocus]')?.focus()
    return () => {
      dialog.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      // browsers may close without asking
      onClose={() => ref.current && !ref.current.open && onClose()}
      className={`m-0 mt-auto max-h-[92dvh] w-full max-w-none overflow-hidden rounded-t-[10px] border border-line2 bg-s1 p-0 text-t1 backdrop:bg-black/60 open:flex open:flex-col ${PLACES[place]}`}
    >
      <header className="flex flex-none items-center gap-3 border-b border-line py-2.5 pr-3 pl-4">
        <h2 id={id} className="min-w-0 flex-1 truncate text-[15px] leading-5 font-semibold">
          {title}
        </h2>
        <Button variant="ghost" aria-label={messages.sources.form.close} icon={<X size={16} />} onClick={onClose} />
      </header>
      {children}
    </dialog>
  )
}
