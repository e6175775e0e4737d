'use client'
import { Search } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'

export const Filters = ({ children }: { children: ReactNode }) => <div className="flex flex-wrap items-center gap-2">{children}</div>

/** After so long without another letter it is asked for. */
const QUIET_MS = 250

/** What is searched for; told once nothing more is typed. */
export function SearchField({
  label,
  placeholder,
  value,
  onChange,
}: {
  label: string
  placeholder: string
  value: string
  onChange: (value: string) => void
}) {
  const [typed, setTyped] = useState(value)
  const told = useRef(value)
  useEffect(() => {
    // somebody cleared the filter, or went back
    if (value !== told.current) setTyped(value)
    told.current = value
  }, [value])
  useEffect(() => {
    if (typed === told.current) return
    const timer = setTimeout(() => {
      told.current = typed
      onChange(typed)
    }, QUIET_MS)
    return () => clearTimeout(timer)
  }, [typed, onChange])
  return (
    <label className="relative flex w-full items-center phone:w-64">
      <span className="sr-only">{label}</span>
      <Search size={14} aria-hidden="true" className="pointer-events-none absolute left-2.5 text-t3" />
      <input
        type="search"
        value={typed}
        maxLength={200}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
        className="h-8 w-full rounded-md border border-line2 bg-s2 pr-2 pl-8 text-t1 placeholder:text-t3 max-phone:h-10"
      />
    </label>
  )
}

/** One of a few, or any: `''`. */
export function SelectFilter({
  label,
  any,
  options,
  value,
  onChange,
}: {
  label: string
  any: string
  options: readonly { value: string; label: string }[]
  value: string
  onChange: (value: string) => void
}) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className="app-select h-8! max-w-[220px] max-phone:h-10!"
    >
      <option value="">{any}</option>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  )
}
