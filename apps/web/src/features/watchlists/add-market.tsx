'use client'
import { Check, Search } from 'lucide-react'
import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react'
import { messages } from '../../messages.ts'
import { score } from '../palette/prepare/score.ts'
import { venueOf } from '../screener/prepare/venue-of.ts'
import type { ScreenerRow } from '../screener/server/schema.ts'

const text = messages.watchlists.search
const MOST = 30

/** A search over all markets, sums too. What is in the list already is marked and taken out by choosing it again. */
export function AddMarket({
  markets,
  there,
  onAdd,
}: {
  markets: readonly ScreenerRow[]
  there: ReadonlySet<string>
  onAdd: (market: ScreenerRow) => void
}) {
  const id = useId()
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const found = useMemo(() => answers(markets, query), [markets, query])
  const shown = found.slice(0, MOST)
  const current = shown[Math.min(at, shown.length - 1)]

  const choose = (market: ScreenerRow) => {
    if (!there.has(market.key)) onAdd(market)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key]
    if (to !== undefined) {
      event.preventDefault()
      const next = (to + shown.length) % Math.max(1, shown.length)
      setAt(next)
      list.current?.children[next]?.scrollIntoView({ block: 'nearest' })
    } else if (event.key === 'Enter') {
      event.preventDefault()
      if (current) choose(current)
    } else if (event.key === 'Escape') {
      // what it is shown in closes it; a dialog around that stays
      event.preventDefault()
    }
  }
  return (
    <div className="flex min-h-0 min-w-0 flex-col gap-1.5">
      <div className="relative">
        <Search size={14} aria-hidden="true" className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-t3" />
        <input
          ref={focusOnce}
          type="text"
          role="combobox"
          aria-label={text.label}
          aria-expanded="true"
          aria-controls={id}
          aria-autocomplete="list"
          aria-activedescendant={current ? `${id}-${shown.indexOf(current)}` : undefined}
          autoComplete="off"
          spellCheck={false}
          maxLength={120}
          placeholder={text.placeholder}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value)
            setAt(0)
          }}
          onKeyDown={onKeyDown}
          className="fl-input w-full pl-8"
        />
      </div>
      <div
        ref={list}
        id={id}
        role="listbox"
        tabIndex={-1}
        aria-label={text.results}
        className="max-h-72 min-h-0 overflow-y-auto overscroll-contain"
      >
        {shown.map((market, i) => {
          const has = there.has(market.key)
          return (
            // the field keeps the focus and its keys choose
            <div
              key={market.key}
              id={`${id}-${i}`}
              role="option"
              tabIndex={-1}
              aria-selected={market === current}
              aria-disabled={has}
              onPointerDown={(event) => event.preventDefault()}
              onPointerMove={() => setAt(i)}
              onClick={() => choose(market)}
              onKeyDown={onKeyDown}
              className="flex min-h-8 cursor-pointer items-center gap-2 rounded-md px-2 aria-selected:bg-s3 max-phone:min-h-10"
            >
              <span className="min-w-0 flex-1 truncate">
                <bdi className="font-semibold text-t1">{market.symbol}</bdi> <span className="text-t3">{venueOf(market)}</span>
                {market.simulated && <span className="text-warn"> · {messages.screener.simulated}</span>}
              </span>
              {has && (
                <span className="flex flex-none items-center gap-1 text-[11px] text-t3">
                  <Check size={12} aria-hidden="true" />
                  {text.there}
                </span>
              )}
            </div>
          )
        })}
      </div>
      {found.length === 0 && (
        <p role="status" className="px-2 py-1 text-t2">
          {text.none}
        </p>
      )}
      {found.length > MOST && <p className="px-2 text-[11px] text-t3">{text.more(found.length - MOST)}</p>}
    </div>
  )
}

const focusOnce = (field: HTMLInputElement | null): void => field?.focus()

/** Before anything is typed, and among equals: sums first, then by open interest. */
function answers(markets: readonly ScreenerRow[], query: string): ScreenerRow[] {
  return markets
    .map((market) => ({
      market,
      value: score(query, { title: market.symbol, keywords: `${market.baseAsset} ${venueOf(market)} ${market.key}` }),
    }))
    .filter(({ value }) => value > 0)
    .sort(
      (a, b) =>
        b.value - a.value ||
        Number(b.market.sum) - Number(a.market.sum) ||
        (b.market.reading?.openInterestUsd ?? 0) - (a.market.reading?.openInterestUsd ?? 0),
    )
    .map(({ market }) => market)
}
