'use client'
import { Button, type ButtonProps } from '@faultline/ui/react/button'
import { Share2 } from 'lucide-react'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { ShareDialog } from './share-dialog.tsx'

const text = messages.share

/** Shares a saved view by a link. `itemId` null: it is not saved yet, and the button says so. */
export function ShareButton({ itemId, size, className }: { itemId: string | null } & Pick<ButtonProps, 'size' | 'className'>) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button
        icon={<Share2 size={14} />}
        size={size}
        className={className}
        title={itemId === null ? text.notSaved : text.buttonWhy}
        disabled={itemId === null}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        {text.button}
      </Button>
      {open && itemId !== null && <ShareDialog itemId={itemId} onClose={() => setOpen(false)} />}
    </>
  )
}
