'use client'
import { Button } from '@faultline/ui/react/button'
import { Menu, MenuItem } from '@faultline/ui/react/menu'
import {
  Bookmark,
  BookmarkPlus,
  ChevronDown,
  Copy,
  FolderInput,
  History,
  LayoutDashboard,
  Library,
  NotebookPen,
  Pencil,
  Pin,
  PinOff,
  Save,
  Trash2,
} from 'lucide-react'
import { useRouter } from 'next/navigation'
import { type ReactNode, useState } from 'react'
import { messages } from '../../messages.ts'
import { useCommands } from '../palette/commands.ts'
import { toast } from '../shell/toasts.tsx'
import { useHotkeys } from '../shell/use-hotkeys.ts'
import { problemOf } from '../teams/prepare/words.ts'
import { ConflictDialog } from './conflict-dialog.tsx'
import { copyName, MoveDialog, NameDialog } from './save-dialogs.tsx'
import type { LayoutContent } from './server/content.ts'
import { useAlive } from './use-alive.ts'
import { isLayout, type Layouts } from './use-layouts.ts'
import { useSavedActions } from './use-saved-actions.ts'
import { commandId } from './use-saved-commands.ts'
import { useSavedNews } from './use-saved-entries.ts'
import { VersionsDialog } from './versions-dialog.tsx'

const text = messages.saved
type Open = { kind: 'save-as'; content: LayoutContent; name: string } | { kind: 'rename' | 'duplicate' | 'move' | 'versions' } | null

/** "Save layout" and, beside it, all that can be done with layouts, and how a view is made. */
export function LayoutMenu({
  layouts,
  onSaveView,
  saveView,
  onNotes,
}: {
  layouts: Layouts
  onSaveView: () => void
  /** saves the view that is open; null: none is, and the keys save the layout */
  saveView: (() => void) | null
  /** null: the view that is open has a button for them */
  onNotes: (() => void) | null
}) {
  const { item, changed, saved, list, defaultId } = layouts
  // beside the bar of a view, its own button comes first
  const variant = saveView ? 'secondary' : 'primary'
  const [open, setOpen] = useState<Open>(null)
  const router = useRouter()
  const actions = useSavedActions()
  useSavedNews()
  const close = () => setOpen(null)
  const alive = useAlive()
  const saveAs = (content: LayoutContent = layouts.now) => setOpen({ kind: 'save-as', content, name: item ? copyName(item.name) : '' })
  const save = async () => {
    if (!item || !saved.editable) return saveAs()
    if (!changed) return toast(text.menu.unchanged(item.name))
    try {
      if ((await saved.save({ content: layouts.now })) === 'saved') toast(text.menu.saved(item.name))
    } catch (error) {
      toast(text.failedTo(problemOf(error)), 'warn')
    }
  }
  const remove = async () => {
    if (!item) return
    const entry = { id: item.id, name: item.name, team: saved.team }
    if (await actions.remove(entry, (again) => alive.current && isLayout(again) && layouts.applied(again))) layouts.forget()
  }
  useHotkeys({ 'Mod+s': { label: text.menu.key, group: messages.chart.keys.group, run: () => (saveView ? saveView() : void save()) } })
  useCommands([
    { id: 'layout:save', title: text.commands.saveLayout, keywords: text.commands.keywords, keys: 'Mod+s', run: () => void save() },
    { id: 'view:save', title: text.commands.saveView, keywords: text.commands.keywords, run: onSaveView },
    // for the market on screen, where the search would lead to another one
    ...list.map(({ item: layout, team }) => ({
      id: commandId(layout.id),
      kind: 'view' as const,
      title: layout.name,
      keywords: `${text.commands.keywords} ${text.commands.layoutKind} ${team?.name ?? ''}`,
      current: layout.id === item?.id,
      run: () => layouts.apply(layout),
    })),
  ])
  return (
    <div className="flex items-center gap-px" data-testid="layouts" data-layout={item?.id ?? ''} data-changed={changed}>
      <Button
        variant={variant}
        icon={<Bookmark size={14} />}
        busy={saved.saving}
        title={item ? `${item.name}${changed ? ` • ${text.menu.changed}` : ''}` : undefined}
        onClick={() => void save()}
        className="rounded-r-none"
      >
        {/* phones have room for the picture of it alone */}
        <span className="sr-only phone:not-sr-only">{text.menu.button}</span>
        {changed && <span aria-hidden="true">•</span>}
      </Button>
      <Menu
        label={text.menu.more}
        icon={<ChevronDown size={14} />}
        iconOnly
        variant={variant}
        className="[&>.fl-button]:rounded-l-none [&>.fl-button]:px-1.5"
      >
        <LayoutChoices layouts={layouts} />
        <Separator />
        <MenuItem icon={<Save size={14} />} onPress={() => saveAs()}>
          {text.menu.saveAs}
        </MenuItem>
        {item && (
          <>
            {saved.editable && (
              <MenuItem icon={<Pencil size={14} />} onPress={() => setOpen({ kind: 'rename' })}>
                {text.menu.rename}
              </MenuItem>
            )}
            <MenuItem icon={<Copy size={14} />} onPress={() => setOpen({ kind: 'duplicate' })}>
              {text.menu.duplicate}
            </MenuItem>
            {defaultId === item.id ? (
              <MenuItem icon={<PinOff size={14} />} onPress={() => void layouts.setDefault(null)}>
                {text.menu.unsetDefault}
              </MenuItem>
            ) : (
              <MenuItem icon={<Pin size={14} />} onPress={() => void layouts.setDefault(item)}>
                {text.menu.setDefault}
              </MenuItem>
            )}
            {item.own && layouts.editableTeams.length > 0 && (
              <MenuItem icon={<FolderInput size={14} />} onPress={() => setOpen({ kind: 'move' })}>
                {text.menu.move}
              </MenuItem>
            )}
            <MenuItem icon={<History size={14} />} onPress={() => setOpen({ kind: 'versions' })}>
              {text.menu.versions}
            </MenuItem>
            {saved.editable && (
              <MenuItem icon={<Trash2 size={14} />} onPress={() => void remove()}>
                {text.menu.remove}
              </MenuItem>
            )}
          </>
        )}
        <Separator />
        <MenuItem icon={<BookmarkPlus size={14} />} onPress={onSaveView}>
          {text.menu.saveView}
        </MenuItem>
        {onNotes && (
          <MenuItem icon={<NotebookPen size={14} />} onPress={onNotes}>
            {text.menu.notes}
          </MenuItem>
        )}
        <MenuItem icon={<Library size={14} />} onPress={() => router.push('/saved')}>
          {text.menu.all}
        </MenuItem>
      </Menu>
      {open?.kind === 'save-as' && (
        <NameDialog
          title={text.form.layoutTitle}
          lead={text.form.layoutLead}
          action={text.form.save}
          name={open.name}
          teams={layouts.editableTeams}
          teamId={saved.editable ? (saved.team?.id ?? null) : null}
          onSubmit={async (given) => {
            const made = await actions.create({ ...given, kind: 'layout', content: open.content })
            if (isLayout(made)) layouts.applied(made)
            toast(text.menu.saved(made.name))
          }}
          onClose={close}
        />
      )}
      {item && open?.kind === 'rename' && (
        <NameDialog
          title={text.form.renameTitle}
          action={text.form.rename}
          name={item.name}
          onSubmit={({ name }) => saved.save({ name })}
          onClose={close}
        />
      )}
      {item && open?.kind === 'duplicate' && (
        <NameDialog
          title={text.form.duplicateTitle}
          action={text.form.duplicate}
          name={copyName(item.name)}
          teams={layouts.editableTeams}
          teamId={saved.editable ? (saved.team?.id ?? null) : null}
          onSubmit={async (given) => toast(text.menu.saved((await actions.duplicate(item.id, given)).name))}
          onClose={close}
        />
      )}
      {item && open?.kind === 'move' && (
        <MoveDialog name={item.name} teams={layouts.editableTeams} onMove={(team) => actions.adopt(item, team)} onClose={close} />
      )}
      {item && open?.kind === 'versions' && (
        <VersionsDialog
          entry={{ id: item.id, name: item.name, version: item.version, team: saved.team, editable: saved.editable }}
          onRestored={(restored) => isLayout(restored) && saved.adopt(restored)}
          onClose={close}
        />
      )}
      <ConflictDialog saved={saved} onCopy={({ content }) => saveAs(content ?? layouts.now)} />
    </div>
  )
}

/** The standard look, one's own layouts and those of teams; which is applied, and whether it has been changed since. */
export function LayoutChoices({ layouts }: { layouts: Pick<Layouts, 'state' | 'list' | 'item' | 'changed' | 'defaultId' | 'apply'> }) {
  const { state, list, item, changed, defaultId } = layouts
  return (
    <fieldset aria-label={text.menu.layouts}>
      <Heading>{text.menu.layouts}</Heading>
      <MenuItem
        icon={<LayoutDashboard size={14} />}
        hint={<Mark current={item === null} changed={false} />}
        onPress={() => layouts.apply(null)}
      >
        {text.menu.standard}
      </MenuItem>
      {state !== 'ready' && <p className="px-2.5 py-1 text-t3">{state === 'loading' ? text.menu.loading : text.menu.failed}</p>}
      {list.map((entry) => (
        <MenuItem
          key={entry.item.id}
          icon={<LayoutDashboard size={14} />}
          hint={
            <Mark
              current={entry.item.id === item?.id}
              changed={changed && entry.item.id === item?.id}
              pinned={entry.item.id === defaultId}
            />
          }
          onPress={() => layouts.apply(entry.item)}
        >
          <bdi className="block truncate">{entry.item.name}</bdi>
          {entry.team && <bdi className="block truncate text-[11px] leading-[14px] font-normal text-t3">{entry.team.name}</bdi>}
        </MenuItem>
      ))}
    </fieldset>
  )
}

function Mark({ current, changed, pinned = false }: { current: boolean; changed: boolean; pinned?: boolean }) {
  return (
    <span className="flex flex-none items-center gap-1.5 text-[11px] font-normal text-t3">
      {pinned && <Pin size={12} aria-label={text.isDefault} className="text-t2" />}
      {current && (
        <span className="text-accfg">
          {text.menu.on}
          {changed && <span title={text.menu.changed}> •</span>}
          {changed && <span className="sr-only">, {text.menu.changed}</span>}
        </span>
      )}
    </span>
  )
}

const Heading = ({ children }: { children: ReactNode }) => <p className="px-2.5 pt-1 pb-1 text-[11px] leading-[14px] text-t3">{children}</p>
const Separator = () => <hr className="my-1.5 border-0 border-t border-line2" />
