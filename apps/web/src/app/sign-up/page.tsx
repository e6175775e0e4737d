import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { JoiningCard, WayOn } from '../../features/joining/joining-card.tsx'
import { SignUpForm } from '../../features/joining/sign-up-form.tsx'
import { messages } from '../../messages.ts'
import { getCurrentUser, serverApi } from '../../server/current-user.ts'
import { TRPCProvider } from '../../trpc/provider.tsx'

const text = messages.joining

export const metadata: Metadata = { title: text.signUp.title }

export default async function SignUpPage() {
  if (await getCurrentUser()) redirect('/')
  const { mode } = await (await serverApi()).joining.policy()
  if (mode !== 'open')
    return (
      <JoiningCard
        title={mode === 'invitation' ? text.signUp.invitationTitle : text.signUp.closedTitle}
        lead={mode === 'invitation' ? text.signUp.invitation : text.signUp.closed}
      >
        <WayOn href="/sign-in">{text.toSignIn}</WayOn>
      </JoiningCard>
    )
  return (
    <TRPCProvider>
      <SignUpForm />
    </TRPCProvider>
  )
}
