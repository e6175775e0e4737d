'use client'
import type { ComponentType } from 'react'
import { messages } from '../../messages.ts'
import { ApiKeysSection } from '../api-keys/api-keys-section.tsx'
import { EmailSection } from '../own-data/email-section.tsx'
import { NameSection } from '../own-data/name-section.tsx'
import { OwnDataSection } from '../own-data/own-data-section.tsx'
import { PlanSection } from '../plans/plan-section.tsx'
import { AppFrame, PageBody } from '../shell/app-frame.tsx'
import { IdentitiesSection } from './identities-section.tsx'
import { PasswordSection } from './password-section.tsx'
import { ProfileSection } from './profile-section.tsx'
import { SecondFactorSection } from './second-factor-section.tsx'
import { SessionsSection } from './sessions-section.tsx'

type Sections = Readonly<Record<string, ComponentType>>

/** The cards of the page, from top to bottom: who somebody is, then how they get in. Each asks for what it shows by itself. */
const PERSON: Sections = {
  profile: ProfileSection,
  name: NameSection,
  email: EmailSection,
  password: PasswordSection,
  plan: PlanSection,
}
const ACCESS: Sections = {
  secondFactor: SecondFactorSection,
  sessions: SessionsSection,
  identities: IdentitiesSection,
  apiKeys: ApiKeysSection,
  ownData: OwnDataSection,
}

export function AccountPage() {
  return (
    <AppFrame section="account">
      <PageBody title={messages.account.title}>
        <div className="grid max-w-6xl items-start gap-3 wide:grid-cols-2">
          <Cards sections={PERSON} />
          <Cards sections={ACCESS} />
        </div>
      </PageBody>
    </AppFrame>
  )
}

const Cards = ({ sections }: { sections: Sections }) => (
  <div className="flex min-w-0 flex-col gap-3">
    {Object.entries(sections).map(([name, Section]) => (
      <Section key={name} />
    ))}
  </div>
)
