'use client'
import { Badge } from '@faultline/ui/react/badge'
import { Bookmark, CandlestickChart, Check, CornerDownLeft, FileText, type LucideIcon, Search, Zap } from 'lucide-react'
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { KeyCaps } from '../shell/key-caps.tsx'
import { formatCount } from '../shell/prepare/format.ts'
import { find, type Group, type Kind, type PaletteItem } from './prepare/find.ts'

const text = messages.palette
const PAGE = 8

const ICONS: Record<Kind, LucideIcon> = { view: Bookmark, instrument: CandlestickChart, page: FileText, action: Zap }

export interface PaletteDialogProps {
  items: readonly PaletteItem[]
  /** ids, the newest first */
  recent: readonly string[]
  /** instruments are still on their way, or could not be fetched */
  state: 'ready' | 'loading' | 'failed'
  onChoose: (item: PaletteItem) => void
  onClose: () => void
}

/** A search over all that can be opened and done: modal, open as long as it is rendered; focus goes back to where it was. */
export function PaletteDialog({ items, recent, state, onChoose, onClose }: PaletteDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const id = useId()
  const groups = useMemo(() => find(items, query, recent), [items, query, recent])
  const rows = groups.flatMap((group) => group.items)
  const active = Math.min(at, rows.length - 1)

  useEffect(() => {
    const element = dialog.current
    if (!element) return
    const before = document.activeElement
    element.showModal()
    element.querySelector('input')?.focus()
    return () => {
      element.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  useEffect(() => {
    document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: 'nearest' })
  }, [active, id])

  const onKeyDown = (event: KeyboardEvent) => {
    const last = rows.length - 1
    const to = {
      ArrowDown: active === last ? 0 : active + 1,
      ArrowUp: active <= 0 ? last : active - 1,
      PageDown: Math.min(last, active + PAGE),
      PageUp: Math.max(0, active - PAGE),
    }[event.key]
    const row = rows[active]
    if (to !== undefined) {
      event.preventDefault()
      setAt(Math.max(0, to))
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing && row) {
      event.preventDefault()
      onChoose(row)
    }
  }

  return (
    <dialog
      ref={dialog}
      aria-label={text.title}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      // browsers may close without asking
      onClose={() => dialog.current && !dialog.current.open && onClose()}
      onPointerDown={(event) => event.target === dialog.current && onClose()}
      className="mx-auto mt-2 mb-auto max-h-[calc(100dvh-16px)] w-[calc(100%-16px)] max-w-[600px] overflow-hidden rounded-[10px] border border-line2 bg-s1 p-0 text-t1 backdrop:bg-black/60 open:flex open:flex-col phone:mt-[10dvh] phone:max-h-[72dvh]"
    >
      <div className="flex flex-none items-center gap-2.5 border-b border-line px-3.5">
        <Search size={16} aria-hidden="true" className="flex-none text-t3" />
        <input
          type="text"
          role="combobox"
          aria-label={text.search}
          aria-autocomplete="list"
          aria-expanded={rows.length > 0}
          aria-controls={rows.length > 0 ? `${id}-list` : undefined}
          aria-activedescendant={rows[active] ? `${id}-${active}` : undefined}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          enterKeyHint="go"
          placeholder={text.placeholder}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value)
            setAt(0)
          }}
          onKeyDown={onKeyDown}
          className="h-12 min-w-0 flex-1 bg-transparent text-[16px] outline-none placeholder:text-t3 phone:text-[14px]"
        />
        <button type="button" onClick={onClose} className="flex-none cursor-pointer rounded-md px-1.5 py-1 text-[11px] text-t2 hover:bg-s3">
          {text.close}
        </button>
      </div>
      {rows.length > 0 && (
        <div id={`${id}-list`} role="listbox" aria-label={text.results} className="min-h-0 flex-1 overflow-y-auto overscroll-contain p-1.5">
          {groups.map((group) => (
            <ResultGroup
              key={group.kind}
              group={group}
              id={id}
              first={rows.indexOf(group.items[0] as PaletteItem)}
              active={active}
              onPoint={setAt}
              onChoose={onChoose}
            />
          ))}
        </div>
      )}
      <div role="status" className="flex-none">
        {rows.length === 0 && state === 'ready' && <Nothing query={query} />}
        {state === 'loading' && <p className="px-4 py-3 text-t2">{text.loading}</p>}
        {state === 'failed' && <p className="px-4 py-3 text-err">{text.failed}</p>}
        {query.trim() !== '' && rows.length > 0 && <p className="sr-only">{text.found(formatCount(rows.length))}</p>}
      </div>
      <p className="hidden flex-none items-center gap-4 border-t border-line px-4 py-2 text-[11px] text-t3 phone:flex">
        <span className="flex items-center gap-1.5">
          <kbd className="app-kbd">↑</kbd>
          <kbd className="app-kbd">↓</kbd> {text.move}
        </span>
        <span className="flex items-center gap-1.5">
          <kbd className="app-kbd">
            <CornerDownLeft size={10} aria-label={text.enter} className="inline" />
          </kbd>{' '}
          {text.choose}
        </span>
        <span className="flex items-center gap-1.5">
          <kbd className="app-kbd">Esc</kbd> {text.closes}
        </span>
      </p>
    </dialog>
  )
}

const Nothing = ({ query }: { query: string }) => (
  <div className="px-4 py-6 text-center">
    <p className="font-semibold [overflow-wrap:anywhere]">{text.none(query.trim())}</p>
    <p className="mt-1 text-t2">{text.noneHint}</p>
  </div>
)

function ResultGroup({
  group,
  id,
  first,
  active,
  onPoint,
  onChoose,
}: {
  group: Group
  id: string
  /** number of its first row in the whole list */
  first: number
  active: number
  onPoint: (at: number) => void
  onChoose: (item: PaletteItem) => void
}) {
  const name = text.groups[group.kind]
  return (
    <fieldset aria-label={name} className="min-w-0 pb-1.5 last:pb-0">
      <p aria-hidden="true" className="flex px-2.5 pt-1.5 pb-1 text-[11px] leading-4 font-semibold text-t3">
        {name}
        {group.more > 0 && <span className="ml-auto font-normal">{text.more(formatCount(group.more))}</span>}
      </p>
      {group.items.map((item, index) => {
        const at = first + index
        const Icon = ICONS[item.kind]
        return (
          <div
            key={item.id}
            id={`${id}-${at}`}
            role="option"
            tabIndex={-1}
            aria-selected={at === active}
            onPointerMove={() => at !== active && onPoint(at)}
            onClick={() => onChoose(item)}
            onKeyDown={(event) => event.key === 'Enter' && onChoose(item)}
            className="flex min-h-10 cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-1.5 aria-selected:bg-s3"
          >
            <Icon size={15} aria-hidden="true" className="flex-none text-t2" />
            <span className="max-w-[60%] flex-none truncate text-[13px] font-medium">{item.title}</span>
            {item.detail && <span className={`min-w-0 truncate text-t2 ${item.simulated ? 'max-phone:hidden' : ''}`}>{item.detail}</span>}
            {item.simulated && (
              <Badge tone="warn" className="flex-none">
                {messages.simulated.short}
              </Badge>
            )}
            <span className="ml-auto flex flex-none items-center gap-2 pl-2 text-t2">
              {item.figure && <span className="font-medium text-t1">{item.figure}</span>}
              {item.current && <Check size={14} aria-label={text.current} className="text-accfg" />}
              {item.keys && (
                <span className="hidden phone:inline">
                  <KeyCaps keys={item.keys} />
                </span>
              )}
            </span>
          </div>
        )
      })}
    </fieldset>
  )
}
