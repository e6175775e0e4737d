'use client'
import { messages } from '../../messages.ts'
import { AdminFrame } from '../admin/admin-frame.tsx'
import { SourcesSkeleton } from './sources-skeleton.tsx'

/** While the server reads the list. */
export function SourcesLoading() {
  return (
    <AdminFrame page="sources" title={messages.sources.title}>
      <SourcesSkeleton />
    </AdminFrame>
  )
}
