import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { CascadePage } from '../../../../features/cascade/cascade-page.tsx'
import { instrumentOfSegment } from '../../../../features/heatmap/prepare/heatmap-path.ts'
import { LockedMarket } from '../../../../features/plans/locked-market.tsx'
import { lockOfMarket } from '../../../../features/plans/server/lock-of-market.ts'
import { messages } from '../../../../messages.ts'
import { requireUser, serverApi } from '../../../../server/current-user.ts'

export async function generateMetadata({ params }: PageProps<'/cascade/[instrument]'>): Promise<Metadata> {
  const key = instrumentOfSegment((await params).instrument)
  const symbol = key?.split(':')[1]
  return { title: symbol ? `${symbol} · ${messages.cascade.title}` : messages.cascade.title }
}

/** The map itself is asked for by the browser: it is large, and the simulation runs there. */
export default async function InstrumentCascade({ params }: PageProps<'/cascade/[instrument]'>) {
  const { allowance } = await requireUser()
  const key = instrumentOfSegment((await params).instrument)
  const api = await serverApi()
  const instruments = await api.instruments.list()
  const instrument = instruments.find((row) => row.key === key)
  if (!instrument) notFound()
  const lock = await lockOfMarket(api, allowance, instrument.baseAsset)
  if (lock !== null) return <LockedMarket section="cascade" instrument={instrument.key} symbol={instrument.symbol} why={lock} />
  return <CascadePage key={instrument.key} instrument={instrument} instruments={instruments} now={Date.now()} />
}
