'use client'
import { Button } from '@faultline/ui/react/button'
import { Bookmark, ChevronDown, KeyRound, LogOut } from 'lucide-react'
import Link from 'next/link'
import { useCallback, useId, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { initialsOf } from '../teams/prepare/words.ts'
import { signOut } from './sign-out.ts'
import { useDismiss } from './use-dismiss.ts'
import { useUser } from './user-context.tsx'

/** Who is signed in, and what they can do about it. */
export function AccountMenu() {
  const user = useUser()
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const id = useId()
  useDismiss(
    open,
    root,
    useCallback(() => setOpen(false), []),
  )
  return (
    <div ref={root} className="relative hidden phone:block">
      <Button
        variant="ghost"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
        icon={<Initials of={user.name || user.email} />}
        className="pl-1"
      >
        <span className="sr-only full:not-sr-only">{messages.nav.account}</span>
        <ChevronDown size={12} aria-hidden="true" />
      </Button>
      {open && (
        <div id={id} className="app-popover absolute right-0 z-40 mt-1.5 w-64 p-1.5">
          <div className="px-2.5 pt-1.5 pb-2.5">
            <p className="truncate text-[13px] font-semibold text-t1">{user.email}</p>
            <p className="mt-0.5 text-[11px] text-t2">{messages.nav.role[user.role]}</p>
          </div>
          <div className="border-t border-line2 pt-1.5">
            <Link
              href="/saved"
              onClick={() => setOpen(false)}
              className="flex h-8 items-center gap-2 rounded-md px-2.5 font-medium text-t1 hover:bg-s3"
            >
              <Bookmark size={14} aria-hidden="true" className="text-t2" />
              {messages.saved.menu.all}
            </Link>
            <Link
              href="/account"
              onClick={() => setOpen(false)}
              className="flex h-8 items-center gap-2 rounded-md px-2.5 font-medium text-t1 hover:bg-s3"
            >
              <KeyRound size={14} aria-hidden="true" className="text-t2" />
              {messages.nav.changePassword}
            </Link>
            <button
              type="button"
              onClick={signOut}
              className="flex h-8 w-full cursor-pointer items-center gap-2 rounded-md px-2.5 font-medium text-t1 hover:bg-s3"
            >
              <LogOut size={14} aria-hidden="true" className="text-t2" />
              {messages.nav.signOut}
            </button>
          </div>
        </div>
      )}
    </div>
  )
}

function Initials({ of }: { of: string }) {
  // of a name without letters, its first character: half an emoji would be none
  const letters = initialsOf(of) || [...of][0]
  return (
    <span aria-hidden="true" className="flex size-6 items-center justify-center rounded-full bg-s3 text-[10px] font-semibold text-accfg">
      {letters}
    </span>
  )
}
