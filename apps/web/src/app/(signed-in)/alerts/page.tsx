import { ALERT_KINDS } from '@faultline/market/alert'
import type { Metadata } from 'next'
import { AlertsPage } from '../../../features/alerts/alerts-page.tsx'
import { messages } from '../../../messages.ts'
import { requireUser, serverApi } from '../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.alerts.title }

/** `?new=clusterNear&instrument=…` begins a rule. */
export default async function Alerts({ searchParams }: PageProps<'/alerts'>) {
  await requireUser()
  const api = await serverApi()
  const [markets, teams, asked] = await Promise.all([api.instruments.list(), api.teams.mine(), searchParams])
  const kind = ALERT_KINDS.find((one) => one === asked.new)
  const instrument = markets.find(({ key }) => key === asked.instrument)?.key ?? ''
  return <AlertsPage markets={markets} teams={teams} begin={kind ? { kind, instrument } : null} now={Date.now()} />
}
