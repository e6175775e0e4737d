'use client'
import { MINUTE_MS } from '@faultline/market/units'
import { Button } from '@faultline/ui/react/button'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { Dialog } from '../sources/dialog.tsx'
import { useServerNow } from '../stream/news-stream.tsx'
import { agoOf, problemOf } from '../teams/prepare/words.ts'
import type { OpenItem, SavedChange } from './use-saved-item.ts'

const text = messages.savedSync.conflict

/**
 * What to do where somebody else saved first; nothing as long as nobody did. Closing it keeps one's own changes unsaved.
 * @param onCopy saves `mine` as another item
 */
export function ConflictDialog<K extends 'layout' | 'view'>({
  saved,
  onCopy,
}: {
  saved: Pick<OpenItem<K>, 'conflict' | 'settle' | 'saving' | 'editable'>
  onCopy: (mine: SavedChange<K>) => void
}) {
  const { conflict, settle } = saved
  const now = useServerNow(Date.now())
  const [error, setError] = useState<string | null>(null)
  if (!conflict) return null
  const { item, who, mine } = conflict
  const choose = (how: 'theirs' | 'over' | 'close') => {
    setError(null)
    settle(how).catch((problem) => setError(problemOf(problem)))
  }
  return (
    <Dialog title={text.title(item.name)} onClose={() => choose('close')}>
      <div className="flex flex-col gap-3 overflow-y-auto p-4">
        <p className="[overflow-wrap:anywhere] text-t2">
          {text.lead(who, now - item.updatedAt < MINUTE_MS ? text.justNow : agoOf(item.updatedAt, now))}
          {mine.name !== undefined && mine.name !== item.name && ` ${text.renamed(item.name)}`}
        </p>
        {error !== null && <ErrorNote data-testid="form-error">{error}</ErrorNote>}
        <ul className="flex flex-col gap-2">
          <Choice label={text.theirs} why={text.theirsWhy} autofocus onPress={() => choose('theirs')} />
          <Choice
            label={text.copy}
            why={text.copyWhy}
            onPress={() => {
              choose('close')
              onCopy(mine)
            }}
          />
          {saved.editable && <Choice label={text.over} why={text.overWhy} danger busy={saved.saving} onPress={() => choose('over')} />}
        </ul>
      </div>
    </Dialog>
  )
}

function Choice({
  label,
  why,
  autofocus,
  danger = false,
  busy = false,
  onPress,
}: {
  label: string
  why: string
  autofocus?: boolean
  danger?: boolean
  busy?: boolean
  onPress: () => void
}) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <Button
        size="large"
        variant={danger ? 'danger' : 'secondary'}
        busy={busy}
        onClick={onPress}
        className="min-w-48"
        {...(autofocus ? { 'data-autofocus': true } : {})}
      >
        {label}
      </Button>
      <span className="text-t3">{why}</span>
    </li>
  )
}
