'use client'
import { createContext, type ReactNode, use } from 'react'

/** What the pages know of the person who is signed in. */
export interface CurrentUser {
  userId: string
  email: string
  name: string
  role: 'admin' | 'member'
  passwordIsInitial: boolean
  /** null without a second factor */
  recoveryCodesLeft?: number | null
  /** this installation sends e-mail */
  sendsMail?: boolean
  /** the address waits to be confirmed by e-mail */
  confirmEmail?: boolean
}

const UserContext = createContext<CurrentUser | null>(null)

export function UserProvider({ user, children }: { user: CurrentUser; children: ReactNode }) {
  return <UserContext value={user}>{children}</UserContext>
}

/** Only inside the signed-in layout. */
export function useUser(): CurrentUser {
  const user = use(UserContext)
  if (!user) throw new Error('useUser() needs the signed-in layout around it.')
  return user
}
