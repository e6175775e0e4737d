'use client'
import { Button } from '@faultline/ui/react/button'
import { Panel } from '@faultline/ui/react/panel'
import { LogOut } from 'lucide-react'
import { messages } from '../../messages.ts'
import { signOut } from '../shell/sign-out.ts'
import { useUser } from '../shell/user-context.tsx'

export function ProfileSection() {
  const user = useUser()
  return (
    <Panel title={messages.account.signedInAs}>
      <dl className="grid max-w-sm grid-cols-[auto_1fr] gap-x-4 gap-y-2">
        <dt className="text-t3">{messages.signIn.email}</dt>
        <dd className="truncate text-right font-medium" title={user.email}>
          <bdi>{user.email}</bdi>
        </dd>
        <dt className="text-t3">{messages.account.role}</dt>
        <dd className="text-right font-medium">{messages.nav.role[user.role]}</dd>
      </dl>
      {/* On larger screens this stands in the menu of the top bar. */}
      <Button icon={<LogOut size={14} />} size="large" onClick={signOut} className="mt-4 w-full phone:hidden">
        {messages.nav.signOut}
      </Button>
    </Panel>
  )
}
