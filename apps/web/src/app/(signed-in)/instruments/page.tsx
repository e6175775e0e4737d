import type { Metadata } from 'next'
import { InstrumentsPage } from '../../../features/instruments/instruments-page.tsx'
import { messages } from '../../../messages.ts'
import { requireUser, serverApi } from '../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.instruments.title }

export default async function Instruments() {
  await requireUser()
  return <InstrumentsPage initial={await (await serverApi()).instruments.list()} now={Date.now()} />
}
