'use client'
import { formatUsd } from '@faultline/ui/format'
import { SegmentedControl } from '@faultline/ui/react/segmented-control'
import { Search, X } from 'lucide-react'
import type { Ref } from 'react'
import { messages } from '../../messages.ts'
import { formatCount } from '../shell/prepare/format.ts'
import { type Filter, INTEREST_STEPS, RISK_STEPS, SHOWN } from './prepare/rows.ts'

const text = messages.screener

interface ToolbarProps {
  filter: Filter
  onFilter: (change: Partial<Filter>) => void
  /** Enter and the arrow down lead from the search field into the table */
  onLeave: () => void
  shown: number
  searchRef: Ref<HTMLInputElement>
}

export function ScreenerToolbar({ filter, onFilter, onLeave, shown, searchRef }: ToolbarProps) {
  return (
    <div className="flex flex-none flex-wrap items-center gap-2 border-b border-line p-3 phone:gap-3">
      <label className="flex h-8 w-full items-center gap-2 rounded-md border border-line2 bg-s2 px-2.5 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-acc phone:w-[190px]">
        <Search size={14} aria-hidden="true" className="flex-none text-t3" />
        <input
          ref={searchRef}
          type="text"
          aria-label={text.filterKey}
          placeholder={text.filter}
          value={filter.text}
          onChange={(event) => onFilter({ text: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && filter.text !== '') onFilter({ text: '' })
            else if (event.key === 'ArrowDown' || event.key === 'Enter') onLeave()
            else return
            event.preventDefault()
          }}
          spellCheck={false}
          autoComplete="off"
          className="min-w-0 flex-1 bg-transparent outline-none placeholder:text-t3"
        />
        <kbd className="app-kbd hidden phone:inline">/</kbd>
      </label>
      <Least label={text.riskAtLeast} steps={RISK_STEPS} value={filter.risk} format={String} onChange={(risk) => onFilter({ risk })} />
      <Least
        label={text.interestAtLeast}
        steps={INTEREST_STEPS}
        value={filter.openInterest}
        format={(usd) => formatUsd(usd).replace(/\.0+(?=[MB])/, '')}
        onChange={(openInterest) => onFilter({ openInterest })}
      />
      <SegmentedControl
        label={text.show.label}
        options={SHOWN.map((value) => ({ value, label: text.show[value] }))}
        value={filter.show}
        onChange={(show) => onFilter({ show })}
      />
      <span className="ml-auto whitespace-nowrap text-t3" aria-live="polite">
        {text.shown(formatCount(shown))}
      </span>
    </div>
  )
}

/** At least so much of something: a few steps to choose from, the one of the address among them. */
function Least({
  label,
  steps,
  value,
  format,
  onChange,
}: {
  label: string
  steps: readonly number[]
  value: number | null
  format: (value: number) => string
  onChange: (value: number | null) => void
}) {
  const options = value === null || steps.includes(value) ? steps : [...steps, value].sort((a, b) => a - b)
  return (
    <span
      className={`inline-flex h-7 items-center rounded-full border max-phone:h-10 ${value === null ? 'border-line2 bg-s2 text-t2' : 'border-acc bg-acc/12 text-accfg'}`}
    >
      <label className="inline-flex h-full items-center gap-1 pl-3">
        {label}
        <select
          value={value ?? ''}
          onChange={(event) => onChange(event.target.value === '' ? null : Number(event.target.value))}
          className="h-full cursor-pointer rounded-full bg-transparent pr-1 text-inherit [&>option]:bg-s2 [&>option]:text-t1"
        >
          <option value="">{text.any}</option>
          {options.map((step) => (
            <option key={step} value={step}>
              {text.atLeast(format(step))}
            </option>
          ))}
        </select>
      </label>
      {value !== null && (
        <button
          type="button"
          aria-label={text.remove(label)}
          onClick={() => onChange(null)}
          className="flex size-7 cursor-pointer items-center justify-center rounded-full hover:text-t1 max-phone:size-10"
        >
          <X size={12} aria-hidden="true" />
        </button>
      )}
    </span>
  )
}
