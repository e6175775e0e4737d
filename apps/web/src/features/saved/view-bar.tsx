'use client'
import { Badge } from '@faultline/ui/react/badge'
import { Button } from '@faultline/ui/react/button'
import { Menu, MenuItem } from '@faultline/ui/react/menu'
import { Bookmark, Ellipsis, History, NotebookPen, Pencil, Save, Trash2, TriangleAlert, Undo2, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { messages } from '../../messages.ts'
import { ShareButton } from '../share/share-button.tsx'
import { toast } from '../shell/toasts.tsx'
import { useServerNow } from '../stream/news-stream.tsx'
import { CommentsButton } from '../teams/comments-button.tsx'
import { agoOf, problemOf } from '../teams/prepare/words.ts'
import { ConflictDialog } from './conflict-dialog.tsx'
import { NotesDrawer } from './notes-drawer.tsx'
import { NameDialog } from './save-dialogs.tsx'
import type { ViewContent } from './server/content.ts'
import { useAlive } from './use-alive.ts'
import type { OpenView } from './use-open-view.ts'
import { useSavedActions } from './use-saved-actions.ts'
import { VersionsDialog } from './versions-dialog.tsx'

const text = messages.saved

/** The saved view that is open: whose it is, who changed it, and what can be done with it. Nothing where none is open. */
export function ViewBar({
  view,
  onSaveAs,
  onBack,
  onClose,
}: {
  view: OpenView
  onSaveAs: (content: ViewContent) => void
  /** one that was deleted is back, under this id */
  onBack: (id: string) => void
  onClose: () => void
}) {
  const { saved, changed } = view
  const { item } = saved
  const now = useServerNow(Date.now())
  const [open, setOpen] = useState<'notes' | 'rename' | 'versions' | null>(null)
  // of theirs that one has decided to leave: a newer one is told again
  const [kept, setKept] = useState<number | null>(null)
  const actions = useSavedActions()
  const close = () => setOpen(null)
  const alive = useAlive()
  if (saved.state === 'none') return null
  if (!item)
    return (
      <Bar label={text.bar.unnamed}>
        {saved.state === 'loading' ? (
          <p className="flex-1 text-t3" role="status">
            {text.bar.loading}
          </p>
        ) : (
          <>
            <Warning>{saved.state === 'gone' ? text.bar.gone : text.bar.failed}</Warning>
            {saved.state === 'failed' && <Button onClick={saved.retry}>{messages.watchlists.retry}</Button>}
            {saved.state === 'gone' && <Button onClick={() => onSaveAs(view.content())}>{text.bar.saveAsNew}</Button>}
          </>
        )}
        <CloseButton onClose={onClose} />
      </Bar>
    )
  const remove = async () => {
    const entry = { id: item.id, name: item.name, team: saved.team }
    if (await actions.remove(entry, ({ id }) => alive.current && onBack(id))) {
      view.close()
      onClose()
    }
  }
  const theirs = saved.theirs && saved.theirs.item.version !== kept ? saved.theirs : null
  return (
    <>
      <Bar label={text.bar.label(item.name)} changed={changed}>
        <div className="mr-1.5 flex min-w-0 flex-[1_1_200px] items-center gap-2">
          <Bookmark size={14} aria-hidden="true" className="flex-none text-accfg" />
          <p className="min-w-0 truncate font-semibold text-t1" title={item.name}>
            <bdi>{item.name}</bdi>
          </p>
          {changed && (
            <span title={text.bar.changed} className="flex-none text-warn">
              <span aria-hidden="true">•</span>
              <span className="sr-only">{text.bar.changed}</span>
            </span>
          )}
          {saved.team && (
            <Badge icon={null} className="min-w-0">
              <bdi className="truncate">{saved.team.name}</bdi>
            </Badge>
          )}
          {!saved.editable && (
            <Badge icon={null} title={text.readOnlyWhy}>
              {text.readOnly}
            </Badge>
          )}
          <p className="hidden min-w-0 truncate text-t3 wide:block">
            {text.bar.by(saved.who === messages.savedSync.you ? text.you : saved.who, agoOf(item.updatedAt, now))}
          </p>
        </div>
        {/* on phones in a row of its own, under the name and the way out */}
        <div className="order-last flex w-full flex-wrap items-center gap-1.5 phone:order-none phone:w-auto">
          {saved.state === 'gone' ? (
            <Button onClick={() => onSaveAs(view.content())}>{text.bar.saveAsNew}</Button>
          ) : (
            <>
              {saved.editable && changed && (
                <Button variant="primary" icon={<Save size={14} />} busy={saved.saving} onClick={() => void saveView(view)}>
                  {saved.saving ? text.bar.saving : text.bar.save}
                </Button>
              )}
              <Button onClick={() => onSaveAs(view.content())}>{text.bar.saveAs}</Button>
              <Button
                icon={<NotebookPen size={14} />}
                aria-haspopup="dialog"
                aria-label={view.notes === '' ? undefined : text.bar.notesSome}
                onClick={() => setOpen('notes')}
              >
                {text.bar.notes}
                {view.notes !== '' && <span aria-hidden="true"> ·</span>}
              </Button>
              <ShareButton itemId={item.id} />
              <CommentsButton itemId={item.id} name={item.name} />
            </>
          )}
        </div>
        {/* always at the right edge, where its list has room */}
        {saved.state !== 'gone' && (
          <Menu label={text.bar.more} icon={<Ellipsis size={14} />} iconOnly>
            {saved.editable && (
              <MenuItem icon={<Pencil size={14} />} onPress={() => setOpen('rename')}>
                {text.menu.rename}
              </MenuItem>
            )}
            {changed && (
              <MenuItem icon={<Undo2 size={14} />} onPress={view.discard}>
                {text.bar.discard}
              </MenuItem>
            )}
            <MenuItem icon={<History size={14} />} onPress={() => setOpen('versions')}>
              {text.menu.versions}
            </MenuItem>
            {saved.editable && (
              <MenuItem icon={<Trash2 size={14} />} onPress={() => void remove()}>
                {text.menu.remove}
              </MenuItem>
            )}
          </Menu>
        )}
        <CloseButton onClose={onClose} />
        {saved.state === 'gone' && (
          <div className="order-last flex w-full">
            <Warning>{text.bar.gone}</Warning>
          </div>
        )}
        {theirs && saved.state !== 'gone' && (
          <div className="order-last flex w-full flex-wrap items-center gap-2" data-testid="theirs">
            <Warning>{theirs.who === messages.savedSync.you ? text.bar.yours : text.bar.theirs(theirs.who)}</Warning>
            <Button size="small" onClick={saved.takeTheirs}>
              {text.bar.loadTheirs}
            </Button>
            <Button size="small" onClick={() => setKept(theirs.item.version)}>
              {text.bar.keepMine}
            </Button>
          </div>
        )}
      </Bar>
      {open === 'notes' && <NotesDrawer notes={view.notes} onNotes={view.setNotes} editable={saved.editable} onClose={close} />}
      {open === 'rename' && (
        <NameDialog
          title={text.form.renameTitle}
          action={text.form.rename}
          name={item.name}
          onSubmit={({ name }) => saved.save({ name })}
          onClose={close}
        />
      )}
      {open === 'versions' && (
        <VersionsDialog
          entry={{ id: item.id, name: item.name, version: item.version, team: saved.team, editable: saved.editable }}
          onRestored={(restored) => restored.kind === 'view' && saved.adopt(restored)}
          onClose={close}
        />
      )}
      <ConflictDialog saved={saved} onCopy={({ content }) => onSaveAs(content ?? view.content())} />
    </>
  )
}

/** Also by the keys: says what happened; a conflict opens its dialog by itself. */
export async function saveView(view: OpenView): Promise<void> {
  const { saved, changed } = view
  if (!saved.item) return
  if (!changed) return toast(text.menu.unchanged(saved.item.name))
  const { name } = saved.item
  try {
    if ((await view.save()) === 'saved') toast(text.menu.saved(name))
  } catch (error) {
    toast(text.failedTo(problemOf(error)), 'warn')
  }
}

function Bar({ label, changed = false, children }: { label: string; changed?: boolean; children: ReactNode }) {
  return (
    <section
      aria-label={label}
      data-testid="view-bar"
      data-changed={changed}
      className="flex min-h-11 flex-none flex-wrap items-center gap-1.5 border-b border-line bg-s1 px-3 py-1.5"
    >
      {children}
    </section>
  )
}

const Warning = ({ children }: { children: ReactNode }) => (
  <p role="alert" className="flex min-w-0 flex-1 items-start gap-2 text-t1">
    <TriangleAlert size={14} aria-hidden="true" className="mt-px flex-none text-warn" />
    <span className="min-w-0 [overflow-wrap:anywhere]">{children}</span>
  </p>
)

const CloseButton = ({ onClose }: { onClose: () => void }) => (
  <Button variant="ghost" icon={<X size={14} />} aria-label={text.bar.close} title={text.bar.closeWhy} onClick={onClose} />
)
