'use client'
import { Panel } from '@faultline/ui/react/panel'
import { useQuery } from '@tanstack/react-query'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { ChangePasswordForm } from './change-password-form.tsx'

/** Whoever has come through another site may have no password yet. */
export function PasswordSection() {
  const { data } = useQuery(useTRPC().account.security.queryOptions())
  return (
    <Panel title={messages.account.passwordTitle}>
      {data && !data.hasPassword ? <p className="max-w-[60ch] text-t2">{messages.security.noPassword}</p> : <ChangePasswordForm />}
    </Panel>
  )
}
