import { messages } from '../../messages.ts'
import { TRPCProvider } from '../../trpc/provider.tsx'
import { joinTokenOf } from '../teams/prepare/join-path.ts'
import { DeadLink } from './dead-link.tsx'
import { JoiningCard, TextLink } from './joining-card.tsx'
import { AcceptInvitationForm, ConfirmSignUpForm, ResetForm, VerifyForm } from './link-forms.tsx'
import type { LinkOnPage } from './server/look-at-link.ts'

const text = messages.joining

/**
 * The page of a link that came by e-mail or by hand. It shows what the link is for; pressing its button uses it up.
 * @param signedInAs address of whoever is signed in here; null: nobody
 * @param target where a new account goes first, a path of this site
 */
export function LinkPage(props: { token: string; link: LinkOnPage; signedInAs: string | null; target?: string }) {
  const { token, link, signedInAs, target = '/' } = props
  if (link.state !== 'open') return <DeadLink link={link} />
  return <TRPCProvider>{pageOf(token, link, signedInAs, target)}</TRPCProvider>
}

function pageOf(token: string, link: Extract<LinkOnPage, { state: 'open' }>, signedInAs: string | null, target: string) {
  const { purpose, email, inviter, expiresAt } = link
  const given = { token, email }
  switch (purpose) {
    case 'sign up':
      return (
        <JoiningCard
          title={text.confirm.title}
          lead={text.confirm.lead(email)}
          below={joinTokenOf(target) === null ? undefined : text.confirm.thenInvitation}
        >
          <ConfirmSignUpForm {...given} target={target} />
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
