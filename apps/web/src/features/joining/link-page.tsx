import { messages } from '../../messages.ts'
import { TRPCProvider } from '../../trpc/provider.tsx'
import { DeadLink } from './dead-link.tsx'
import { JoiningCard, TextLink } from './joining-card.tsx'
import { AcceptInvitationForm, ConfirmSignUpForm, ResetForm, VerifyForm } from './link-forms.tsx'
import type { LinkOnPage } from './server/look-at-link.ts'

const text = messages.joining

/**
 * The page of a link that came by e-mail or by hand. It shows what the link is for; pressing its button uses it up.
 * @param signedInAs address of whoever is signed in here; null: nobody
 */
export function LinkPage({ token, link, signedInAs }: { token: string; link: LinkOnPage; signedInAs: string | null }) {
  if (link.state !== 'open') return <DeadLink link={link} />
  return <TRPCProvider>{pageOf(token, link, signedInAs)}</TRPCProvider>
}

function pageOf(token: string, link: Extract<LinkOnPage, { state: 'open' }>, signedInAs: string | null) {
  const { purpose, email, inviter, expiresAt } = link
  const given = { token, email }
  switch (purpose) {
    case 'sign up':
      return (
        <JoiningCard title={text.confirm.title} lead={text.confirm.lead(email)}>
          <ConfirmSignUpForm {...given} />
        </JoiningCard>
      )
    case 'confirm address':
    case 'change address':
      return <VerifyForm {...given} change={purpose === 'change address'} />
    case 'reset password':
      return (
        <JoiningCard title={text.reset.title} lead={text.reset.lead(email)} below={<TextLink href="/sign-in">{text.toSignIn}</TextLink>}>
          <ResetForm {...given} />
        </JoiningCard>
      )
    case 'accept invitation':
      return (
        <JoiningCard
          title={text.invitation.title}
          lead={<bdi>{text.invitation.lead(inviter)}</bdi>}
          below={text.invitation.until(`${expiresAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`)}
        >
          {signedInAs !== null && <p className="text-t2">{text.invitation.signedIn(signedInAs)}</p>}
          <AcceptInvitationForm {...given} />
        </JoiningCard>
      )
  }
}
