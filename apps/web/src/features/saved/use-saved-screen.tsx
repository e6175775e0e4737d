'use client'
import { type ReactNode, useMemo, useState } from 'react'
import { messages } from '../../messages.ts'
import type { HeatmapRange } from '../heatmap/server/schema.ts'
import { type HeatmapUrl, queryOfUrl, type SetHeatmapUrl, urlOfQuery } from '../heatmap/use-heatmap-url.ts'
import type { Zoom } from '../heatmap/use-screen.ts'
import { toast } from '../shell/toasts.tsx'
import { useTheme } from '../shell/use-theme.ts'
import { LayoutMenu } from './layout-menu.tsx'
import { NotesDrawer } from './notes-drawer.tsx'
import { addressQuery, LAYOUT_KEYS, layoutQueryOf, type Query, VIEW_KEYS } from './prepare/view-query.ts'
import { copyName, NameDialog } from './save-dialogs.tsx'
import type { ViewContent } from './server/content.ts'
import { useLayouts } from './use-layouts.ts'
import { NO_LAYOUT, useOpenIds } from './use-open-ids.ts'
import { useOpenView } from './use-open-view.ts'
import { useSavedActions } from './use-saved-actions.ts'
import type { ItemOf } from './use-saved-item.ts'
import { useWorking } from './use-working.ts'
import { saveView, ViewBar } from './view-bar.tsx'

const text = messages.saved

export interface SavedScreen {
  /** "Save layout" and its menu */
  menu: ReactNode
  /** the view that is open; nothing where none is */
  bar: ReactNode
  /** whatever is asked at the moment */
  dialogs: ReactNode
  /** the end of the address of another market's heatmap: it is opened with the same range and look */
  linkQuery: string
  /** the address asked for nothing but the market when the page was opened */
  plain: boolean
}

/** What of the workspace is saved, and how it comes back: layouts, the view that is open, the working state. */
export function useSavedScreen({
  instrument,
  url,
  range,
  setUrl,
  onZoom,
}: {
  instrument: string
  url: HeatmapUrl
  /** that is asked for */
  range: HeatmapRange
  setUrl: SetHeatmapUrl
  /** the chart shows this range, and this stretch of it where there is one */
  onZoom: (range: HeatmapRange, zoom: Zoom) => void
}): SavedScreen {
  const [ids, setIds] = useOpenIds()
  const { theme } = useTheme()
  const actions = useSavedActions()
  const [naming, setNaming] = useState<ViewContent | null>(null)
  const [notes, setNotes] = useState(false)
  const query = useMemo((): Query => ({ ...queryOfUrl(url), r: range }), [url, range])
  const [plain] = useState(() => isPlain(queryOfUrl(url), ids))

  const layouts = useLayouts({
    query,
    id: ids.layout,
    viewOpen: ids.view !== null,
    setIds,
    onLook: (look) => void setUrl(urlOfQuery(look, LAYOUT_KEYS)),
  })
  const { item: layout } = layouts
  const view = useOpenView({
    instrument,
    viewId: ids.view,
    query,
    layout: layout && { id: layout.id, query: layout.content.query },
    onQuery: (next) => {
      const { from = null, to = null, pl = null, ph = null, ...rest } = urlOfQuery(next, VIEW_KEYS)
      onZoom(rest.r ?? range, { from, to, pl, ph })
      void setUrl({ ...rest, from, to, pl, ph }, { history: 'replace' })
    },
  })
  useWorking({ instrument, query, theme, layoutId: layout?.id ?? null, viewId: ids.view })

  const open = (item: ItemOf<'view'>) => {
    view.savedAs(item)
    // beside a view the address always says on which layout it stands: it is whole then
    void setUrl({ r: range }, { history: 'replace' })
    void setIds({ view: item.id, layout: ids.layout ?? NO_LAYOUT })
  }
  const { item } = view.saved
  return {
    menu: (
      <LayoutMenu
        layouts={layouts}
        onSaveView={() => setNaming(view.content())}
        saveView={
          item && view.saved.state !== 'gone' ? () => (view.saved.editable ? void saveView(view) : setNaming(view.content())) : null
        }
        onNotes={ids.view === null ? () => setNotes(true) : null}
      />
    ),
    bar: (
      <ViewBar
        view={view}
        onSaveAs={setNaming}
        onBack={(id) => void setIds({ view: id, layout: ids.layout ?? NO_LAYOUT })}
        onClose={() => void setIds({ view: null })}
      />
    ),
    dialogs: (
      <>
        {naming && (
          <NameDialog
            title={text.form.viewTitle}
            lead={text.form.viewLead}
            action={text.form.save}
            name={item ? copyName(item.name) : ''}
            teams={layouts.editableTeams}
            teamId={view.saved.editable ? (view.saved.team?.id ?? null) : null}
            onSubmit={async (given) => {
              const made = await actions.create({ ...given, kind: 'view', content: naming })
              if (made.kind === 'view') open(made)
              toast(text.menu.saved(made.name))
            }}
            onClose={() => setNaming(null)}
          />
        )}
        {notes && <NotesDrawer notes={view.notes} onNotes={view.setNotes} editable onClose={() => setNotes(false)} />}
      </>
    ),
    linkQuery: linkQuery(query, range, ids.layout),
    plain,
  }
}

const linkQuery = (query: Query, range: HeatmapRange, layout: string | null): string => {
  const look = addressQuery(layoutQueryOf(query), { layout })
  return `?r=${range}${look && `&${look}`}`
}

/** A default layout that came in by itself is nothing that was asked for. */
function isPlain(query: Query, { view, layout }: { view: string | null; layout: string | null }): boolean {
  if (view !== null) return false
  const keys = Object.keys(query)
  if (layout === null || layout === NO_LAYOUT) return keys.length === 0
  return keys.every((key) => key === 'r' || key in layoutQueryOf(query))
}
