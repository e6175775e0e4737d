import { notFound, redirect } from 'next/navigation'
import { itemPath } from '../../../../features/teams/prepare/item-path.ts'
import { requireUser, serverApi } from '../../../../server/current-user.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Leads to where a saved item is opened, for who knows its id alone. */
export default async function SavedItemPage({ params }: PageProps<'/saved/[id]'>) {
  await requireUser()
  const { id } = await params
  if (!UUID.test(id)) notFound()
  const item = await (await serverApi()).saved.get({ id }).catch(goneMeanwhile)
  const path = item && itemPath({ id, kind: item.kind, instrument: item.kind === 'view' ? item.content.instrument : null })
  if (!path) notFound()
  redirect(path)
}

/** Or never there, or not for this person: one answer for all. */
function goneMeanwhile(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'NOT_FOUND') return null
  throw error
}
