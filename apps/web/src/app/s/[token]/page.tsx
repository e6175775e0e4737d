import type { Metadata } from 'next'
import { cache } from 'react'
import { LinkEnded } from '../../../features/share/link-ended.tsx'
import { SharedViewPage } from '../../../features/share/shared-view-page.tsx'
import { messages } from '../../../messages.ts'
import { webRuntime } from '../../../server/runtime.ts'

// the title and the page show the same
const openShared = cache((token: string) => webRuntime().shared(token, { embed: false }))

export async function generateMetadata({ params }: PageProps<'/s/[token]'>): Promise<Metadata> {
  const page = await openShared((await params).token)
  return {
    title: page ? messages.share.page.title(page.name) : messages.share.page.endedTitle,
    robots: { index: false, follow: false },
    referrer: 'no-referrer',
  }
}

/** A saved view for whoever has its link. The front has counted the visit. */
export default async function Shared({ params }: PageProps<'/s/[token]'>) {
  const page = await openShared((await params).token)
  // with the status that the front has given it
  if (!page) return <LinkEnded />
  return <SharedViewPage page={page} />
}
