import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { firstAllowed } from '../../../features/plans/prepare/first-allowed.ts'
import { sectionPath } from '../../../features/shell/prepare/sections.ts'
import { WaitingPage } from '../../../features/waiting/waiting-page.tsx'
import { messages } from '../../../messages.ts'
import { requireUser, serverApi } from '../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.cascade.title }

/** The simulator of the instrument with the freshest data that the plan allows; the scenario of the address goes with it. */
export default async function Cascade({ searchParams }: PageProps<'/cascade'>) {
  const { allowance } = await requireUser()
  const freshest = firstAllowed(allowance, await (await serverApi()).instruments.list())
  const scenario = Object.entries(await searchParams).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const query = scenario.length > 0 ? `?${new URLSearchParams(scenario)}` : ''
  if (freshest) redirect(`${sectionPath('cascade', freshest.key)}${query}`)
  return <WaitingPage now={Date.now()} />
}
