'use client'
import type { ComponentType } from 'react'
import { messages } from '../../messages.ts'
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

/** The cards of the page, from top to bottom. Each asks for what it shows by itself. */
const SECTIONS: Readonly<Record<string, ComponentType>> = {
  profile: ProfileSection,
  name: NameSection,
  email: EmailSection,
  plan: PlanSection,
  password: PasswordSection,
  secondFactor: SecondFactorSection,
  sessions: SessionsSection,
  identities: IdentitiesSection,
  ownData: OwnDataSection,
}

export function AccountPage() {
  return (
    <AppFrame section="account">
      <PageBody title={messages.account.title}>
        <div className="flex max-w-3xl flex-col gap-3">
          {Object.entries(SECTIONS).map(([name, Section]) => (
            <Section key={name} />
          ))}
        </div>
      </PageBody>
    </AppFrame>
  )
}
