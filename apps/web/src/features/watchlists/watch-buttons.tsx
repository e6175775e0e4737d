'use client'
import { Button } from '@faultline/ui/react/button'
import { useQuery } from '@tanstack/react-query'
import { List, Star } from 'lucide-react'
import { useState } from 'react'
import { messages } from '../../messages.ts'
import { useTRPC } from '../../trpc/provider.tsx'
import { Toaster, toast } from '../shell/toasts.tsx'
import { Dialog } from '../sources/dialog.tsx'
import { NewListDialog } from './list-dialogs.tsx'
import { useRowActions } from './use-row-actions.ts'
import { useWatchlists } from './use-watchlists.ts'
import { WatchlistPane } from './watchlist-pane.tsx'
import { useSync } from './watchlists-provider.tsx'

const text = messages.watchlists

/**
 * In the heatmap's header: puts the market into the chosen list (the first own one where all markets are shown) or takes it out, and
 * opens the list where there is no room beside the chart.
 */
export function WatchButtons({ instrument, symbol, query }: { instrument: string; symbol: string; query: string }) {
  const trpc = useTRPC()
  const { chosen, choose } = useSync()
  const { state, lists, editableTeams } = useWatchlists()
  const [open, setOpen] = useState(false)
  const [making, setMaking] = useState(false)
  const { data: instruments = [] } = useQuery({ ...trpc.instruments.list.queryOptions(), enabled: open })
  const editable = lists.filter((list) => list.editable)
  const list = editable.find(({ id }) => id === chosen) ?? editable[0] ?? null
  const actions = useRowActions(list)
  const pressed = list?.content.rows.some((row) => row.instrument === instrument) ?? false
  const label = list ? (pressed ? text.star.remove(list.name) : text.star.add(list.name)) : text.star.first

  const press = () => {
    if (!list || !actions) return setMaking(true)
    if (pressed) return actions.remove(instrument, symbol)
    actions.add([{ instrument, note: '' }])
    toast(text.star.added(symbol, list.name))
  }
  return (
    <>
      <Button
        variant="ghost"
        icon={<Star size={15} aria-hidden="true" className={pressed ? 'fill-current text-accfg' : ''} />}
        aria-label={label}
        title={label}
        aria-pressed={pressed}
        aria-disabled={state === 'loading'}
        onClick={state === 'loading' ? undefined : press}
        className="max-phone:size-10"
      />
      <Button
        variant="ghost"
        icon={<List size={15} aria-hidden="true" />}
        aria-label={text.star.open}
        title={text.star.open}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
        className="max-phone:size-10 wide:hidden"
      />
      {open && (
        <Dialog title={text.one} place="side" onClose={() => setOpen(false)}>
          <div className="flex h-[75dvh] min-h-0 flex-1 flex-col">
            {/* the page's own lies behind the dialog, where nothing can be pressed */}
            <Toaster />
            <WatchlistPane current={instrument} instruments={instruments} query={query} seen onHide={null} />
          </div>
        </Dialog>
      )}
      {making && (
        <NewListDialog
          teams={editableTeams}
          first={{ instrument, note: '' }}
          markets={[]}
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false)
            choose(made.id)
          }}
        />
      )}
    </>
  )
}
