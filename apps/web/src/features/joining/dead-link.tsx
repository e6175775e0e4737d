import { messages } from '../../messages.ts'
import { JoiningCard, WayOn } from './joining-card.tsx'
import type { LinkOnPage } from './server/look-at-link.ts'

const text = messages.joining

/** A link that does nothing any more: why, and what to do. */
export function DeadLink({ link }: { link: Extract<LinkOnPage, { state: 'unknown' | 'used' | 'expired' | 'closed' }> }) {
  const { state, purpose } = link
  if (state === 'unknown' || purpose === null)
    return (
      <JoiningCard title={text.link.unknownTitle} lead={text.link.unknown}>
        <WayOn href="/sign-in">{text.toSignIn}</WayOn>
      </JoiningCard>
    )
  if (state === 'closed')
    return (
      <JoiningCard title={text.link.closedTitle} lead={text.link.closed}>
        <WayOn href="/sign-in">{text.toSignIn}</WayOn>
      </JoiningCard>
    )
  return (
    <JoiningCard
      title={state === 'used' ? text.link.usedTitle : text.link.expiredTitle}
      lead={state === 'used' ? text.link.used[purpose] : text.link.expired[purpose]}
    >
      <div className="flex flex-wrap gap-2">
        {purpose === 'reset password' && (
          <WayOn href="/reset" primary>
            {text.toReset}
          </WayOn>
        )}
        {purpose === 'sign up' && state === 'expired' && (
          <WayOn href="/sign-up" primary>
            {text.toSignUp}
          </WayOn>
        )}
        <WayOn href="/sign-in">{text.toSignIn}</WayOn>
      </div>
    </JoiningCard>
  )
}
