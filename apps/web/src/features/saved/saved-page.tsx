'use client'
import { Button } from '@faultline/ui/react/button'
import { EmptyState } from '@faultline/ui/react/empty-state'
import { ErrorNote } from '@faultline/ui/react/error-note'
import { SegmentedControl } from '@faultline/ui/react/segmented-control'
import { Bookmark, LayoutDashboard } from 'lucide-react'
import Link from 'next/link'
import { parseAsString, useQueryStates } from 'nuqs'
import { type ReactNode, useMemo } from 'react'
import { messages } from '../../messages.ts'
import type { InstrumentListItem } from '../instruments/server/list.ts'
import { AppFrame, PageBody } from '../shell/app-frame.tsx'
import { formatCount } from '../shell/prepare/format.ts'
import { useServerNow } from '../stream/news-stream.tsx'
import { filterEntries, MINE } from './prepare/filter-entries.ts'
import { SavedCards } from './saved-cards.tsx'
import { type Entry, useSavedEntries } from './use-saved-entries.ts'

const text = messages.saved
type Kind = Entry['kind']
const KINDS: readonly Kind[] = ['view', 'layout']
const TITLES = { view: text.views, layout: text.layouts } as const
const ICONS = { view: Bookmark, layout: LayoutDashboard } as const

/** All views and layouts that the person may see: found, opened, renamed, copied, moved to a team, deleted. */
export function SavedPage({ instruments, now: renderedAt }: { instruments: InstrumentListItem[]; now: number }) {
  const now = useServerNow(renderedAt)
  const saved = useSavedEntries()
  const [{ q, of }, setAsked] = useQueryStates({ q: parseAsString.withDefault(''), of: parseAsString.withDefault('') })
  const markets = useMemo(() => new Map(instruments.map((row) => [row.key, row])), [instruments])
  const symbolOf = (key: string) => markets.get(key)?.symbol ?? key.slice(key.indexOf(':') + 1)
  const found = filterEntries(saved.entries, { text: q, of }, symbolOf)
  return (
    <AppFrame section="saved">
      <PageBody title={text.title}>
        {saved.entries.length > 0 && (
          <div className="flex flex-wrap items-center gap-3">
            <input
              type="search"
              aria-label={text.search}
              placeholder={text.search}
              value={q}
              onChange={(event) => void setAsked({ q: event.target.value || null })}
              className="fl-input w-full phone:w-72"
            />
            {saved.teams.length > 0 && <Whose teams={saved.teams} of={of} onOf={(next) => void setAsked({ of: next || null })} />}
          </div>
        )}
        {saved.state === 'failed' && <ErrorNote onRetry={saved.retry}>{text.failed}</ErrorNote>}
        <div className="flex flex-col gap-6" data-testid="saved" data-state={saved.state}>
          {saved.state === 'loading' && saved.entries.length === 0 ? (
            <SavedSkeleton />
          ) : q !== '' && found.length === 0 && saved.entries.length > 0 ? (
            <EmptyState
              className="fl-panel"
              title={text.searchNone(q)}
              action={<Button onClick={() => void setAsked({ q: null, of: null })}>{text.searchReset}</Button>}
            />
          ) : (
            KINDS.map((kind) => {
              const entries = found.filter((entry) => entry.kind === kind)
              return (
                <Group key={kind} kind={kind} count={entries.length}>
                  {entries.length > 0 ? (
                    <SavedCards entries={entries} teams={saved.editableTeams} markets={markets} now={now} />
                  ) : (
                    saved.state === 'ready' && <Nothing kind={kind} filtered={q !== '' || of !== ''} />
                  )}
                </Group>
              )
            })
          )}
        </div>
      </PageBody>
    </AppFrame>
  )
}

function Whose({ teams, of, onOf }: { teams: readonly { id: string; name: string }[]; of: string; onOf: (of: string) => void }) {
  const options = [
    { value: '', label: text.everybody },
    { value: MINE, label: text.mine },
    ...teams.map(({ id, name }) => ({ value: id, label: name })),
  ]
  // a row of buttons as long as it is short
  if (teams.length <= 2 && teams.every(({ name }) => name.length <= 24))
    return (
      <SegmentedControl label={text.whose} options={options} value={options.some(({ value }) => value === of) ? of : ''} onChange={onOf} />
    )
  return (
    <label className="flex min-w-0 items-center gap-2 text-t3">
      {text.whose}
      <select value={of} onChange={(event) => onOf(event.target.value)} className="app-select max-w-60 min-w-0 truncate">
        {options.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </label>
  )
}

function Group({ kind, count, children }: { kind: Kind; count: number; children: ReactNode }) {
  return (
    <section aria-labelledby={`saved-${kind}`} className="flex flex-col gap-2.5">
      <header className="flex min-h-7 items-center gap-2">
        <h2 id={`saved-${kind}`} className="fl-panel-title">
          {TITLES[kind]}
        </h2>
        {count > 0 && <span className="rounded-sm bg-s3 px-2 py-0.5 font-medium text-t2">{formatCount(count)}</span>}
      </header>
      {children}
    </section>
  )
}

/** Why there is nothing, and where it is made. */
export function Nothing({ kind, filtered }: { kind: Kind; filtered: boolean }) {
  const Icon = ICONS[kind]
  return (
    <div className="fl-panel">
      <EmptyState
        title={kind === 'view' ? text.empty.view : text.empty.layout}
        icon={<Icon size={24} />}
        action={
          filtered ? undefined : (
            <Link href="/" className="fl-button fl-button-secondary fl-button-medium">
              {text.empty.action}
            </Link>
          )
        }
      >
        {filtered ? text.empty.filtered : kind === 'view' ? text.empty.viewLead : text.empty.layoutLead}
      </EmptyState>
    </div>
  )
}

function SavedSkeleton() {
  return (
    <div role="status" aria-label={text.loading}>
      <ul aria-hidden="true" className="grid gap-3 phone:grid-cols-2 wide:grid-cols-3 full:grid-cols-4">
        {['a', 'b', 'c', 'd'].map((place) => (
          <li key={place} className="fl-panel flex h-[88px] animate-pulse flex-col gap-2 px-3.5 py-3">
            <span className="h-4 w-2/3 rounded-sm bg-s3" />
            <span className="h-3 w-1/2 rounded-sm bg-s2" />
          </li>
        ))}
      </ul>
    </div>
  )
}
