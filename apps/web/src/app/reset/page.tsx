import type { Metadata } from 'next'
import { RequestResetForm } from '../../features/joining/request-reset-form.tsx'
import { messages } from '../../messages.ts'
import { TRPCProvider } from '../../trpc/provider.tsx'

export const metadata: Metadata = { title: messages.joining.reset.title }

export default function ResetPage() {
  return (
    <TRPCProvider>
      <RequestResetForm />
    </TRPCProvider>
  )
}
