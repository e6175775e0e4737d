'use client'
import { messages } from '../../messages.ts'
import { AppFrame, PageBody } from '../shell/app-frame.tsx'
import { SourcesSkeleton } from './sources-skeleton.tsx'

/** While the server reads the list. */
export function SourcesLoading() {
  return (
    <AppFrame section="sources">
      <PageBody title={messages.sources.title}>
        <SourcesSkeleton />
      </PageBody>
    </AppFrame>
  )
}
