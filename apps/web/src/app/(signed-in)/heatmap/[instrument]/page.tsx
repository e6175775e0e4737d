import type { Metadata } from 'next'
import { notFound, redirect } from 'next/navigation'
import { askedByLink } from '../../../../features/heatmap/prepare/asked-by-link.ts'
import { instrumentOfSegment } from '../../../../features/heatmap/prepare/heatmap-path.ts'
import { askedRange } from '../../../../features/heatmap/prepare/ranges.ts'
import { Workspace } from '../../../../features/heatmap/workspace.tsx'
import { LockedMarket } from '../../../../features/plans/locked-market.tsx'
import { allowedRange, withinReach } from '../../../../features/plans/prepare/allowed.ts'
import { lockOfMarket } from '../../../../features/plans/server/lock-of-market.ts'
import { fullAddress, idOf } from '../../../../features/saved/server/full-address.ts'
import { messages } from '../../../../messages.ts'
import { requireUser, serverApi } from '../../../../server/current-user.ts'

export async function generateMetadata({ params }: PageProps<'/heatmap/[instrument]'>): Promise<Metadata> {
  const key = instrumentOfSegment((await params).instrument)
  return { title: key?.split(':')[1] ?? messages.nav.heatmap }
}

/** The first picture's data come with the page, so that tiles can be asked for as soon as the scripts run. */
export default async function HeatmapPage({ params, searchParams }: PageProps<'/heatmap/[instrument]'>) {
  const { allowance } = await requireUser()
  const key = instrumentOfSegment((await params).instrument)
  const api = await serverApi()
  const instruments = await api.instruments.list()
  const instrument = instruments.find((row) => row.key === key)
  if (!instrument) notFound()
  const lock = await lockOfMarket(api, allowance, instrument.baseAsset)
  if (lock !== null) return <LockedMarket section="heatmap" instrument={instrument.key} symbol={instrument.symbol} why={lock} />
  const query = await searchParams
  const wanted = askedRange(query.r)
  const hasData = instrument.lastBucket !== null
  const defaultRange = hasData ? await api.heatmap.defaultRange({ instrument: instrument.key }) : '3d'
  const whole = await fullAddress(api, {
    instrument: instrument.key,
    asked: query,
    range: async () => defaultRange,
    defaultLayoutId: async () => (await api.account.settings()).defaultLayoutId,
  })
  if (whole !== null) redirect(whole)
  // what a link shows may be more than this person's plan does: the page says so, and shows what the plan allows
  const range = allowedRange(allowance, wanted ?? defaultRange) ?? defaultRange
  const asked = withinReach(allowance, askedByLink(query, range, instrument), instrument.lastBucket ?? 0)
  const view = hasData ? await api.heatmap.view({ instrument: instrument.key, ...asked }).catch(goneMeanwhile) : null
  return (
    <Workspace
      // another view of the same market is another picture, with its own zoom
      key={`${instrument.key} ${idOf(query.view) ?? ''}`}
      instrument={instrument}
      instruments={instruments}
      defaultRange={defaultRange}
      initialView={view}
      now={Date.now()}
    />
  )
}

/** A build may be replaced between two questions; the browser asks again. */
function goneMeanwhile(error: unknown): null {
  // by its code: the class of the process's own copy of the module is not the one of this bundle
  if (error instanceof Error && 'code' in error && error.code === 'NOT_FOUND') return null
  throw error
}
