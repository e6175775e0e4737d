import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { firstAllowed } from '../../../features/plans/prepare/first-allowed.ts'
import { sectionPath } from '../../../features/shell/prepare/sections.ts'
import { WaitingPage } from '../../../features/waiting/waiting-page.tsx'
import { messages } from '../../../messages.ts'
import { requireUser, serverApi } from '../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.map.title }

/** The map of the instrument with the freshest data that the plan allows; before there is any, what is being done about it. */
export default async function FirstMap() {
  const { allowance } = await requireUser()
  const instruments = await (await serverApi()).instruments.list()
  const freshest = firstAllowed(allowance, instruments)
  if (freshest) redirect(sectionPath('map', freshest.key))
  return <WaitingPage now={Date.now()} />
}
