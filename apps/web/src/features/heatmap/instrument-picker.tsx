'use client'
import { formatPrice } from '@faultline/ui/format'
import { Badge } from '@faultline/ui/react/badge'
import { ChevronDown, Search } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { type KeyboardEvent, useCallback, useEffect, useId, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { filterRows } from '../instruments/prepare/rows.ts'
import { venueName } from '../instruments/prepare/venue-name.ts'
import type { InstrumentListItem } from '../instruments/server/list.ts'
import { figure } from '../shell/prepare/format.ts'
import { useDismiss } from '../shell/use-dismiss.ts'
import { useHotkeys } from '../shell/use-hotkeys.ts'
import { isListed, sumsFirst } from '../venues/prepare/venue-choice.ts'
import { nameOf } from '../venues/prepare/words.ts'
import { heatmapPath } from './prepare/heatmap-path.ts'

const text = messages.heatmap

/** Which instrument is shown, and a search for another. Ctrl K or ⌘K opens it. */
export function InstrumentPicker({
  current,
  instruments: all,
  query,
}: {
  current: InstrumentListItem
  instruments: readonly InstrumentListItem[]
  query: string
}) {
  const router = useRouter()
  const [open, setOpen] = useState(false)
  const [search, setSearch] = useState('')
  const [active, setActive] = useState(0)
  const root = useRef<HTMLDivElement>(null)
  const id = useId()
  const close = useCallback(() => setOpen(false), [])
  useDismiss(open, root, close)
  const instruments = sumsFirst(all.filter((row) => isListed(row, current.key)))
  const name = nameOf(current)
  const show = () => {
    setSearch('')
    setActive(
      Math.max(
        0,
        instruments.findIndex((row) => row.key === current.key),
      ),
    )
    setOpen(true)
  }
  useHotkeys({ 'Mod+k': show })

  const found = filterRows(instruments, search, venueName)
  const choose = (row: InstrumentListItem | undefined) => {
    if (!row) return
    setOpen(false)
    if (row.key !== current.key) router.push(`${heatmapPath(row.key)}${query}`)
  }
  useEffect(() => {
    if (open) document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: 'nearest' })
  }, [open, active, id])

  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: found.length - 1 }[event.key]
    if (to !== undefined) {
      event.preventDefault()
      setActive(Math.min(found.length - 1, Math.max(0, to)))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      choose(found[active])
    }
  }

  return (
    <div ref={root} className="relative min-w-0 phone:w-[300px]">
      <button
        type="button"
        aria-expanded={open}
        aria-haspopup="listbox"
        aria-label={`${text.chooser}: ${name.symbol}, ${name.venue}`}
        onClick={() => (open ? close() : show())}
        className="flex h-9 w-full min-w-0 cursor-pointer items-center gap-2 rounded-md border border-line2 bg-s2 px-2.5 text-left hover:bg-s3 phone:h-7"
      >
        <Search size={14} aria-hidden="true" className="hidden flex-none text-t3 phone:block" />
        <span className="max-w-full flex-none truncate font-semibold">{name.symbol}</span>
        <span className="hidden truncate text-t3 wide:inline">{name.venue}</span>
        <kbd className="app-kbd ml-auto hidden flex-none wide:inline">Ctrl K</kbd>
        <ChevronDown size={14} aria-hidden="true" className="ml-auto flex-none text-t3 phone:hidden" />
      </button>
      {open && (
        <div className="app-popover fixed inset-x-2 top-12 z-40 mt-1 p-1.5 phone:absolute phone:inset-x-auto phone:top-full phone:left-0 phone:w-[360px]">
          <input
            // the person has just asked for it
            ref={(input) => input?.focus({ preventScroll: true })}
            type="text"
            role="combobox"
            aria-label={text.search}
            aria-expanded="true"
            aria-controls={`${id}-list`}
            aria-activedescendant={found[active] ? `${id}-${active}` : undefined}
            autoComplete="off"
            spellCheck={false}
            placeholder={text.search}
            value={search}
            onChange={(event) => {
              setSearch(event.target.value)
              setActive(0)
            }}
            onKeyDown={onKeyDown}
            className="h-9 w-full rounded-md border border-line2 bg-s1 px-3 text-[13px] placeholder:text-t3"
          />
          <div id={`${id}-list`} role="listbox" aria-label={text.chooser} className="mt-1.5 max-h-[min(60vh,420px)] overflow-y-auto">
            {found.map((row, at) => (
              <div
                key={row.key}
                id={`${id}-${at}`}
                role="option"
                tabIndex={-1}
                aria-selected={row.key === current.key}
                data-active={at === active || undefined}
                onPointerMove={() => setActive(at)}
                onClick={() => choose(row)}
                onKeyDown={onKeyDown}
                className="flex h-10 cursor-pointer items-center gap-2 rounded-md px-2.5 aria-selected:font-semibold data-active:bg-s3"
              >
                <span className="font-semibold">{nameOf(row).symbol}</span>
                <span className="truncate font-normal text-t2">{nameOf(row).venue}</span>
                {row.simulated && <Badge tone="warn">{messages.simulated.short}</Badge>}
                <span className="ml-auto font-medium">{figure(row.lastClose, formatPrice)}</span>
              </div>
            ))}
            {found.length === 0 && <p className="px-2.5 py-3 text-t2">{text.noMatch}</p>}
          </div>
        </div>
      )}
    </div>
  )
}
