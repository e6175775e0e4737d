import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { askedByLink } from '../../../../features/heatmap/prepare/asked-by-link.ts'
import { instrumentOfSegment } from '../../../../features/heatmap/prepare/heatmap-path.ts'
import { askedRange } from '../../../../features/heatmap/prepare/ranges.ts'
import { Workspace } from '../../../../features/heatmap/workspace.tsx'
import { messages } from '../../../../messages.ts'
import { requireUser, serverApi } from '../../../../server/current-user.ts'

export async function generateMetadata({ params }: PageProps<'/heatmap/[instrument]'>): Promise<Metadata> {
  const key = instrumentOfSegment((await params).instrument)
  return { title: key?.split(':')[1] ?? messages.nav.heatmap }
}

/** The first picture's data come with the page, so that tiles can be asked for as soon as the scripts run. */
export default async function HeatmapPage({ params, searchParams }: PageProps<'/heatmap/[instrument]'>) {
  await requireUser()
  const key = instrumentOfSegment((await params).instrument)
  const api = await serverApi()
  const instruments = await api.instruments.list()
  const instrument = instruments.find((row) => row.key === key)
  if (!instrument) notFound()
  const query = await searchParams
  const range = askedRange(query.r)
  const hasData = instrument.lastBucket !== null
  const defaultRange = hasData ? await api.heatmap.defaultRange({ instrument: instrument.key }) : '3d'
  const asked = askedByLink(query, range ?? defaultRange, instrument)
  const view = hasData ? await api.heatmap.view({ instrument: instrument.key, ...asked }).catch(goneMeanwhile) : null
  return (
    <Workspace
      key={instrument.key}
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
