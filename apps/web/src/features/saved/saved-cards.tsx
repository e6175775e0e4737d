'use client'
import { Badge } from '@faultline/ui/react/badge'
import { Menu, MenuItem } from '@faultline/ui/react/menu'
import { Bookmark, Copy, Ellipsis, FolderInput, History, LayoutDashboard, Pencil, Pin, PinOff, Trash2, Users } from 'lucide-react'
import Link from 'next/link'
import { type ReactNode, useState } from 'react'
import { messages } from '../../messages.ts'
import { useSettings } from '../account/use-settings.ts'
import type { InstrumentListItem } from '../instruments/server/list.ts'
import { toast } from '../shell/toasts.tsx'
import { itemPath } from '../teams/prepare/item-path.ts'
import { agoOf, problemOf } from '../teams/prepare/words.ts'
import { nameOf } from '../venues/prepare/words.ts'
import { copyName, MoveDialog, NameDialog } from './save-dialogs.tsx'
import { useSavedActions } from './use-saved-actions.ts'
import type { Entry, Team } from './use-saved-entries.ts'
import { VersionsDialog } from './versions-dialog.tsx'

const text = messages.saved
const ICONS = { view: Bookmark, layout: LayoutDashboard } as const
type Open = { kind: 'rename' | 'duplicate' | 'move' | 'versions'; id: string } | null

interface SavedCardsProps {
  entries: readonly Entry[]
  /** in which the person may make something */
  teams: readonly Team[]
  markets: ReadonlyMap<string, InstrumentListItem>
  now: number
}

/** Cards that open what they are of, each with a menu of what can be done to it. */
export function SavedCards({ entries, teams, markets, now }: SavedCardsProps) {
  const actions = useSavedActions()
  const { settings, patch } = useSettings()
  const [open, setOpen] = useState<Open>(null)
  const close = () => setOpen(null)
  const setDefault = async (entry: Entry | null) => {
    try {
      await patch({ defaultLayoutId: entry?.id ?? null })
      toast(entry ? text.menu.nowDefault(entry.name) : text.menu.noDefault)
    } catch (error) {
      toast(text.failedTo(problemOf(error)), 'warn')
    }
  }
  const entry = entries.find(({ id }) => id === open?.id)
  return (
    <>
      <ul className="grid gap-3 phone:grid-cols-2 wide:grid-cols-3 full:grid-cols-4">
        {entries.map((entry) => (
          <SavedCard
            key={entry.id}
            entry={entry}
            market={(entry.instrument && markets.get(entry.instrument)) || null}
            isDefault={settings?.defaultLayoutId === entry.id}
            now={now}
          >
            {entry.editable && (
              <MenuItem icon={<Pencil size={14} />} onPress={() => setOpen({ kind: 'rename', id: entry.id })}>
                {text.menu.rename}
              </MenuItem>
            )}
            <MenuItem icon={<Copy size={14} />} onPress={() => setOpen({ kind: 'duplicate', id: entry.id })}>
              {text.menu.duplicate}
            </MenuItem>
            {entry.kind === 'layout' &&
              (settings?.defaultLayoutId === entry.id ? (
                <MenuItem icon={<PinOff size={14} />} onPress={() => void setDefault(null)}>
                  {text.menu.unsetDefault}
                </MenuItem>
              ) : (
                <MenuItem icon={<Pin size={14} />} onPress={() => void setDefault(entry)}>
                  {text.menu.setDefault}
                </MenuItem>
              ))}
            {!entry.team && teams.length > 0 && (
              <MenuItem icon={<FolderInput size={14} />} onPress={() => setOpen({ kind: 'move', id: entry.id })}>
                {text.menu.move}
              </MenuItem>
            )}
            <MenuItem icon={<History size={14} />} onPress={() => setOpen({ kind: 'versions', id: entry.id })}>
              {text.menu.versions}
            </MenuItem>
            {entry.editable && (
              <MenuItem icon={<Trash2 size={14} />} onPress={() => void actions.remove(entry)}>
                {text.menu.remove}
              </MenuItem>
            )}
          </SavedCard>
        ))}
      </ul>
      {entry && open?.kind === 'rename' && (
        <NameDialog
          title={text.form.renameTitle}
          action={text.form.rename}
          name={entry.name}
          onSubmit={({ name }) => actions.rename(entry, name)}
          onClose={close}
        />
      )}
      {entry && open?.kind === 'duplicate' && (
        <NameDialog
          title={text.form.duplicateTitle}
          action={text.form.duplicate}
          name={copyName(entry.name)}
          teams={teams}
          teamId={entry.team?.id ?? null}
          onSubmit={(given) => actions.duplicate(entry.id, given)}
          onClose={close}
        />
      )}
      {entry && open?.kind === 'move' && (
        <MoveDialog name={entry.name} teams={teams} onMove={(team) => actions.adopt(entry, team)} onClose={close} />
      )}
      {entry && open?.kind === 'versions' && <VersionsDialog entry={entry} onClose={close} />}
    </>
  )
}

/** `children`: `MenuItem`s. */
export function SavedCard({
  entry,
  market,
  isDefault,
  now,
  children,
}: {
  entry: Entry
  /** null: a layout's, or one that is not known here any more */
  market: InstrumentListItem | null
  isDefault: boolean
  now: number
  children?: ReactNode
}) {
  const Icon = ICONS[entry.kind]
  // a market that is not known here any more has no page
  const href = entry.kind === 'view' && !market ? null : itemPath(entry)
  const who = entry.who === 'you' ? text.you : (entry.who?.name ?? text.former)
  return (
    <li className="fl-panel relative flex min-w-0 flex-col gap-1 px-3.5 py-3 hover:border-line2" data-id={entry.id}>
      <div className="flex items-center gap-2 text-[13px] leading-[18px] font-semibold text-t1">
        <Icon size={14} aria-hidden="true" className="flex-none text-accfg" />
        {href === null ? (
          <bdi className="min-w-0 flex-1 truncate">{entry.name}</bdi>
        ) : (
          <Link
            href={href}
            prefetch={false}
            title={entry.name}
            className="min-w-0 flex-1 truncate after:absolute after:inset-0 after:rounded-[10px]"
          >
            <bdi>{entry.name}</bdi>
          </Link>
        )}
        <Menu
          label={text.actions(entry.name)}
          icon={<Ellipsis size={14} />}
          iconOnly
          variant="ghost"
          size="small"
          className="z-10 -my-1 -mr-2 max-phone:[&>.fl-button]:size-10"
        >
          {children}
        </Menu>
      </div>
      <p className="truncate text-t2">{whatOf(entry, market)}</p>
      <p className="flex min-h-5 min-w-0 items-center gap-2 text-t3">
        <span className="min-w-0 flex-1 truncate">
          <bdi>{who}</bdi> · {agoOf(entry.updatedAt, now)}
        </span>
        {isDefault && (
          <Badge tone="accent" icon={null} title={text.isDefaultWhy}>
            {text.isDefault}
          </Badge>
        )}
        {entry.team && (
          <span className="flex min-w-0 max-w-[50%] flex-none items-center gap-1" title={text.team(entry.team.name)}>
            <Users size={12} aria-hidden="true" className="flex-none" />
            <span className="sr-only">{text.team('')}</span>
            <bdi className="truncate">{entry.team.name}</bdi>
          </span>
        )}
      </p>
    </li>
  )
}

/** `BTCUSDT · Binance USDⓈ-M · 3d` */
function whatOf({ kind, instrument, range }: Entry, market: InstrumentListItem | null): string {
  if (kind === 'layout') return text.apply
  if (market) {
    const { symbol, venue } = nameOf(market)
    return [symbol, venue, range].filter(Boolean).join(' · ')
  }
  const symbol = instrument?.slice(instrument.indexOf(':') + 1) ?? ''
  return [symbol, range, text.gone].filter(Boolean).join(' · ')
}
