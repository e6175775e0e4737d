import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { instrumentOfSegment } from '../../../../features/heatmap/prepare/heatmap-path.ts'
import { MapPage } from '../../../../features/map/map-page.tsx'
import { LockedMarket } from '../../../../features/plans/locked-market.tsx'
import { lockOfMarket } from '../../../../features/plans/server/lock-of-market.ts'
import { messages } from '../../../../messages.ts'
import { requireUser, serverApi } from '../../../../server/current-user.ts'

export async function generateMetadata({ params }: PageProps<'/map/[instrument]'>): Promise<Metadata> {
  const symbol = instrumentOfSegment((await params).instrument)?.split(':')[1]
  return { title: symbol === undefined ? messages.map.title : messages.map.heading(symbol) }
}

export default async function InstrumentMap({ params }: PageProps<'/map/[instrument]'>) {
  const { allowance } = await requireUser()
  const key = instrumentOfSegment((await params).instrument)
  const api = await serverApi()
  const instruments = await api.instruments.list()
  const instrument = instruments.find((row) => row.key === key)
  if (!instrument) notFound()
  const lock = await lockOfMarket(api, allowance, instrument.baseAsset)
  if (lock !== null) return <LockedMarket section="map" instrument={instrument.key} symbol={instrument.symbol} why={lock} />
  const defaultRange = instrument.lastBucket === null ? '3d' : await api.heatmap.defaultRange({ instrument: instrument.key })
  return <MapPage key={instrument.key} instrument={instrument} instruments={instruments} defaultRange={defaultRange} now={Date.now()} />
}
