import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { EmbedPage } from '../../../features/embed/embed-page.tsx'
import { embedOptions } from '../../../features/embed/prepare/embed-options.ts'
import { instrumentOfSegment } from '../../../features/heatmap/prepare/heatmap-path.ts'
import { messages } from '../../../messages.ts'
import { requireUser } from '../../../server/current-user.ts'
import { webRuntime } from '../../../server/runtime.ts'

export async function generateMetadata({ params }: PageProps<'/embed/[instrument]'>): Promise<Metadata> {
  const key = instrumentOfSegment((await params).instrument)
  return { title: messages.embed.title(key?.split(':')[1] ?? '') }
}

/** For a frame. Where FAULTLINE_EMBED is off it needs a session, as every page does. */
export default async function Embed({ params, searchParams }: PageProps<'/embed/[instrument]'>) {
  const { embed } = webRuntime()
  if (!embed.isOpen) await requireUser()
  const key = instrumentOfSegment((await params).instrument)
  const options = embedOptions(await searchParams)
  const market = key === null ? null : await embed.load(key, options.range)
  if (!market) notFound()
  return <EmbedPage key={market.instrument.key} market={market} options={options} />
}
