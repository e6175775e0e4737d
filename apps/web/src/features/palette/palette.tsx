'use client'
import { formatPrice } from '@faultline/ui/format'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useMemo, useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import type { InstrumentListItem } from '../instruments/server/list.ts'
import { usePlanLocks } from '../plans/plan-provider.tsx'
import { useSavedCommands } from '../saved/use-saved-commands.ts'
import { figure } from '../shell/prepare/format.ts'
import { isListed, sumsFirst } from '../venues/prepare/venue-choice.ts'
import { nameOf } from '../venues/prepare/words.ts'
import { useAllCommands } from './commands.ts'
import { PaletteDialog } from './palette-dialog.tsx'
import type { PaletteItem } from './prepare/find.ts'
import { recentIds, rememberId } from './recent.ts'

/** The search with what there is to find: instruments, and what the frame and the page have registered. */
export function Palette({
  instrument,
  hrefOf,
  onClose,
}: {
  /** key of the one that is shown */
  instrument?: string
  /** where another one is opened */
  hrefOf: (key: string) => string
  onClose: () => void
}) {
  const trpc = useTRPC()
  const router = useRouter()
  const { data, isError } = useQuery(trpc.instruments.list.queryOptions())
  const commands = useAllCommands()
  const views = useSavedCommands()
  const locks = usePlanLocks()
  const [recent] = useState(recentIds)
  const items = useMemo<PaletteItem[]>(() => {
    const rows = sumsFirst((data ?? []).filter((row) => isListed(row, instrument)))
    return [
      ...rows.map((row) => instrumentItem(row, row.key === instrument, locks.assetLock(row.baseAsset), () => router.push(hrefOf(row.key)))),
      // what the page does itself goes before
      ...views.filter((view) => !commands.some(({ id }) => id === view.id)),
      ...commands.map((command) => ({ ...command, kind: command.kind ?? 'action' })),
    ]
  }, [data, views, commands, instrument, hrefOf, router, locks])
  return (
    <PaletteDialog
      items={items}
      recent={recent}
      state={data ? 'ready' : isError ? 'failed' : 'loading'}
      onClose={onClose}
      onChoose={(item) => {
        rememberId(item.id)
        onClose()
        if (item.kind !== 'instrument' || !item.current) item.run()
      }}
    />
  )
}

/** A locked one is in the list with the reason, and opens the page that says so. */
function instrumentItem(row: InstrumentListItem, current: boolean, lock: string | null, run: () => void): PaletteItem {
  const name = nameOf(row)
  return {
    id: `instrument:${row.key}`,
    kind: 'instrument',
    title: name.symbol,
    detail: lock === null ? name.venue : `${name.venue} · ${lock}`,
    keywords: `${row.key} ${row.baseAsset} ${row.simulated ? messages.simulated.short : ''}`,
    simulated: row.simulated,
    ...(lock === null ? { figure: figure(row.lastClose, formatPrice) } : {}),
    current,
    run,
  }
}
