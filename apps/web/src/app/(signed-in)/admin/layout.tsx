import type { ReactNode } from 'react'
import { requireAdmin } from '../../../server/current-user.ts'

/**
 * Here as well as in the pages: once a loading state has been sent, the answer's status can no longer be 404.
 */
export default async function AdminLayout({ children }: { children: ReactNode }) {
  await requireAdmin()
  return children
}
