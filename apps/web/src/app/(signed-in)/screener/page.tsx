import type { Metadata } from 'next'
import { ScreenerPage } from '../../../features/screener/screener-page.tsx'
import { messages } from '../../../messages.ts'
import { requireUser, serverApi } from '../../../server/current-user.ts'

export const metadata: Metadata = { title: messages.screener.title }

export default async function Screener() {
  await requireUser()
  const { screener } = await serverApi()
  const [initial, breakouts] = await Promise.all([screener.list(), screener.breakouts()])
  return <ScreenerPage initial={initial} breakouts={breakouts} now={Date.now()} />
}
