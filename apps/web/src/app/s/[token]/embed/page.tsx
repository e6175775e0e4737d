import type { Metadata } from 'next'
import { cache } from 'react'
import { LinkEnded } from '../../../../features/share/link-ended.tsx'
import { SharedViewPage } from '../../../../features/share/shared-view-page.tsx'
import { messages } from '../../../../messages.ts'
import { webRuntime } from '../../../../server/runtime.ts'

// the title and the page show the same
const openShared = cache((token: string) => webRuntime().shared(token, { embed: true }))

export async function generateMetadata({ params }: PageProps<'/s/[token]/embed'>): Promise<Metadata> {
  const page = await openShared((await params).token)
  return {
    title: page ? messages.share.page.title(page.name) : messages.share.page.endedTitle,
    robots: { index: false, follow: false },
    referrer: 'no-referrer',
  }
}

/** The same for a frame in another page, where the link allows it. */
export default async function SharedFrame({ params }: PageProps<'/s/[token]/embed'>) {
  const page = await openShared((await params).token)
  // with the status that the front has given it
  if (!page) return <LinkEnded />
  return <SharedViewPage page={page} framed />
}
