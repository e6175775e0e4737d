'use client'
import { Panel } from '@faultline/ui/react/panel'
import { messages } from '../../messages.ts'
import { ChangePasswordForm } from './change-password-form.tsx'

export function PasswordSection() {
  return (
    <Panel title={messages.account.passwordTitle}>
      <ChangePasswordForm />
    </Panel>
  )
}
