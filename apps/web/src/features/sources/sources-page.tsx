'use client'
import { Button } from '@faultline/ui/react/button'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { DatabaseZap, Plus } from 'lucide-react'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { AdminFrame } from '../admin/admin-frame.tsx'
import { ObservedDialog } from '../observed/observed-dialog.tsx'
import { formatCount } from '../shell/prepare/format.ts'
import { useHydrated } from '../shell/use-hydrated.ts'
import { AddSource } from './add-source.tsx'
import { EditSource } from './edit-source.tsx'
import { KpiCards } from './kpi-cards.tsx'
import { ManageSource } from './manage-source.tsx'
import { refusalOf } from './prepare/refusal.ts'
import { rowOf } from './prepare/rows.ts'
import { QuarantineDrawer } from './quarantine-drawer.tsx'
import type { SourceItem, SourceList } from './server/schema.ts'
import { SourceCards } from './source-cards.tsx'
import type { SourceActions } from './source-controls.tsx'
import { SourceTable } from './source-table.tsx'
import { SourcesSkeleton } from './sources-skeleton.tsx'
import { useOpenRows } from './use-open-rows.ts'
import { useSourceList } from './use-source-list.ts'
import { useSwitches } from './use-switches.ts'

const text = messages.sources
/** markets; a table with more begins closed */
const OPEN_ROWS_UP_TO = 12

/** @param initial absent when the server could not read it: the page asks again itself and says what is wrong */
export function SourcesPage({ initial }: { initial: SourceList | undefined }) {
  const { data: list, error, refetch } = useSourceList(initial)
  const hydrated = useHydrated()
  const [adding, setAdding] = useState(false)
  const [said, setSaid] = useState('')
  return (
    <AdminFrame
      page="sources"
      title={text.title}
      aside={
        list &&
        list.sources.length > 0 &&
        text.count(formatCount(list.sources.length), formatCount(list.sources.filter((s) => s.enabled).length))
      }
      actions={
        <Button variant="primary" icon={<Plus size={14} />} disabled={!hydrated} onClick={() => setAdding(true)}>
          {text.add.open}
        </Button>
      }
    >
      {error && (
        <ErrorNote onRetry={() => void refetch()}>
          {list ? text.outdated : text.failed} {refusalOf(error, messages.errors.noAnswer).message}
        </ErrorNote>
      )}
      {list ? <Sources list={list} /> : !error && <SourcesSkeleton />}
      <p role="status" className="sr-only">
        {said}
      </p>
      {adding && (
        <AddSource
          onClose={() => setAdding(false)}
          onAdded={(name) => {
            setSaid(text.add.added(name))
            setAdding(false)
          }}
        />
      )}
    </AdminFrame>
  )
}

function Sources({ list }: { list: SourceList }) {
  const switches = useSwitches()
  const openRows = useOpenRows(OPEN_ROWS_UP_TO)
  const openCards = useOpenRows(0)
  const [editing, setEditing] = useState<SourceItem | null>(null)
  const [lookingInto, setLookingInto] = useState<number | null>(null)
  const [managing, setManaging] = useState<number | null>(null)
  const [observing, setObserving] = useState<SourceItem | null>(null)
  const [saved, setSaved] = useState('')
  const sources = list.sources.map(switches.foresee)
  const lookedInto = sources.find((source) => source.id === lookingInto)
  const managed = sources.find((source) => source.id === managing)
  const actions: SourceActions = {
    press: switches.press,
    edit: setEditing,
    showQuarantine: (source) => setLookingInto(source.id),
    observe: setObserving,
    manage: (source) => setManaging(source.id),
  }

  if (sources.length === 0)
    return (
      <div className="fl-panel">
        <EmptyState title={text.empty} icon={<DatabaseZap size={28} />}>
          {text.emptyLead}
          <code className="mt-2 block rounded-md bg-s2 px-3 py-2 font-mono text-t1">{text.emptyCommand}</code>
        </EmptyState>
      </div>
    )
  const shown = { rows: sources.map((source) => rowOf(source, list.asked)), asked: list.asked, actions, errors: switches.errors }
  return (
    <>
      <KpiCards list={{ ...list, sources }} />
      <div className="fl-panel hidden overflow-x-auto wide:block">
        <SourceTable {...shown} open={openRows} />
      </div>
      <div className="wide:hidden">
        <SourceCards {...shown} open={openCards} />
      </div>
      <p role="status" className="sr-only">
        {[switches.done, saved].filter(Boolean).join(' ')}
      </p>
      {editing && (
        <EditSource
          source={editing}
          onClose={() => setEditing(null)}
          onSaved={(name) => {
            setSaved(text.changed.saved(name))
            setEditing(null)
          }}
        />
      )}
      {managed && (
        <ManageSource
          source={managed}
          onClose={() => setManaging(null)}
          onRemoved={(name) => {
            setSaved(text.manage.removed(name))
            setManaging(null)
          }}
        />
      )}
      {observing && <ObservedDialog source={observing} onClose={() => setObserving(null)} />}
      {lookedInto && <QuarantineDrawer source={lookedInto} onClose={() => setLookingInto(null)} />}
    </>
  )
}
