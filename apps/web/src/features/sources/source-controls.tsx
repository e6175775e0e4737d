'use client'
import { VENUES, type VenueId } from '@faultline/market/venue'
import { Button } from '@faultline/ui/react/button'
import { Toggle } from '@faultline/ui/react/toggle'
import { Eye, Pencil, Settings2 } from 'lucide-react'
import { messages } from '../../messages.ts'
import { formatCount } from '../shell/prepare/format.ts'
import { useHydrated } from '../shell/use-hydrated.ts'
import type { SourceItem } from './server/schema.ts'

const text = messages.sources

/** What can be done with a source: the page answers. */
export interface SourceActions {
  press(source: SourceItem, enabled: boolean): void
  edit(source: SourceItem): void
  showQuarantine(source: SourceItem): void
  observe(source: SourceItem): void
  manage(source: SourceItem): void
}

export function SourceSwitch({ source, actions }: { source: SourceItem; actions: SourceActions }) {
  const hydrated = useHydrated()
  return (
    <Toggle
      label={text.toggle(source.name)}
      checked={source.enabled}
      disabled={!hydrated}
      onChange={(enabled) => actions.press(source, enabled)}
      className="relative align-middle [&_.fl-toggle-label]:sr-only [&_.fl-toggle-track]:before:absolute [&_.fl-toggle-track]:before:-inset-3"
    />
  )
}

export function EditButton({ source, actions, wide = false }: { source: SourceItem; actions: SourceActions; wide?: boolean }) {
  const hydrated = useHydrated()
  return (
    <Button
      variant={wide ? 'secondary' : 'ghost'}
      aria-label={text.edit(source.name)}
      title={text.edit(source.name)}
      disabled={!hydrated}
      icon={<Pencil size={14} />}
      onClick={() => actions.edit(source)}
    >
      {wide ? text.editShort : null}
    </Button>
  )
}

/** The way to what is seldom done: name, keys, history, a check, removal. */
export function ManageButton({ source, actions, wide = false }: { source: SourceItem; actions: SourceActions; wide?: boolean }) {
  const hydrated = useHydrated()
  const label = text.manage.open(source.name)
  return (
    <Button
      variant={wide ? 'secondary' : 'ghost'}
      aria-label={label}
      title={label}
      disabled={!hydrated}
      icon={<Settings2 size={14} />}
      onClick={() => actions.manage(source)}
    >
      {wide ? text.manage.openShort : null}
    </Button>
  )
}

/** The way to the accounts that are observed; nothing where the venue does not show positions. */
export function ObservedButton({ source, actions, wide = false }: { source: SourceItem; actions: SourceActions; wide?: boolean }) {
  const hydrated = useHydrated()
  if (VENUES[source.venue as VenueId]?.wire !== 'hyperliquid') return null
  const label = messages.observed.admin.open(source.name)
  return (
    <Button
      variant={wide ? 'secondary' : 'ghost'}
      aria-label={label}
      title={label}
      disabled={!hydrated}
      icon={<Eye size={14} />}
      onClick={() => actions.observe(source)}
    >
      {wide ? messages.observed.admin.openShort : null}
    </Button>
  )
}

/** How many messages nobody could read, and the way to them. */
export function QuarantineButton({ source, actions }: { source: SourceItem; actions: SourceActions }) {
  const hydrated = useHydrated()
  const { count, atLeast } = source.quarantine
  const shown = `${formatCount(count)}${atLeast ? '+' : ''}`
  const label = count === 0 ? text.quarantine.none(source.name) : text.quarantine.open(shown, source.name)
  return (
    <Button
      size="small"
      aria-label={label}
      title={label}
      disabled={!hydrated}
      onClick={() => actions.showQuarantine(source)}
      className={`min-w-9 ${count > 0 ? 'font-semibold text-warn!' : 'text-t2!'}`}
    >
      {shown}
    </Button>
  )
}
