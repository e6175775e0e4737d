import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { EmbedPage } from '../../../features/embed/embed-page.tsx'
import { embedOptions } from '../../../features/embed/prepare/embed-options.ts'
import { instrumentOfSegment } from '../../../features/heatmap/prepare/heatmap-path.ts'
import type { HeatmapRange } from '../../../features/heatmap/server/schema.ts'
import { allowedRange, allowsAsset } from '../../../features/plans/prepare/allowed.ts'
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
  // who needs an account is shown what the plan allows; where none is needed, the installation has decided
  const allowance = embed.isOpen ? null : (await requireUser()).allowance
  const key = instrumentOfSegment((await params).instrument)
  const options = embedOptions(await searchParams)
  const allowed = (range: HeatmapRange) => (allowance === null ? range : (allowedRange(allowance, range) ?? range))
  const load = async (range: HeatmapRange | null) => (key === null ? null : embed.load(key, range))
  const suiting = await load(options.range && allowed(options.range))
  const market = suiting && allowed(suiting.range) !== suiting.range ? await load(allowed(suiting.range)) : suiting
  if (!market) notFound()
  if (allowance !== null && !allowsAsset(allowance, market.instrument.baseAsset)) notFound()
  return <EmbedPage key={market.instrument.key} market={market} options={options} />
}
