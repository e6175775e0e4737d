'use client'
import { Button } from '@faultline/ui/react/button'
import { PanelLeftOpen } from 'lucide-react'
import { type KeyboardEvent, type PointerEvent, useEffect, useState } from 'react'
import { messages } from '../../messages.ts'
import { useHotkeys } from '../shell/use-hotkeys.ts'
import { type PaneProps, WatchlistPane } from './watchlist-pane.tsx'
import { useSync } from './watchlists-provider.tsx'

const text = messages.watchlists
const WIDTH = { usual: 236, least: 220, most: 420, step: 16 }

/** The watchlist at the left of the heatmap: as wide and as open as the person had it last, on every machine. */
export function WatchlistColumn(props: Omit<PaneProps, 'onHide' | 'seen'>) {
  const { settings, patchSettings } = useSync()
  const [dragged, setDragged] = useState<number | null>(null)
  const open = settings?.watchlistOpen ?? true
  const roomy = useRoomy()
  const width = within(dragged ?? settings?.watchlistWidth ?? WIDTH.usual)
  // what the server does not take is as before on the next visit: nothing that anybody would have to be told
  const keep = (patch: Parameters<typeof patchSettings>[0]) => void patchSettings(patch).catch(() => undefined)
  const setOpen = (next: boolean) => keep({ watchlistOpen: next })
  useHotkeys({ w: { label: text.key, group: messages.chart.keys.group, run: () => setOpen(!open) } })

  if (!open)
    return (
      <div className="hidden w-9 flex-none flex-col items-center border-r border-line bg-s1 py-2 wide:flex">
        <Button
          variant="ghost"
          size="small"
          icon={<PanelLeftOpen size={14} />}
          aria-label={text.show}
          title={text.show}
          onClick={() => setOpen(true)}
        />
      </div>
    )
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    event.preventDefault()
    const handle = event.currentTarget
    const from = { x: event.clientX, width }
    let last = width
    handle.setPointerCapture(event.pointerId)
    const move = (moved: globalThis.PointerEvent) => {
      last = within(from.width + moved.clientX - from.x)
      setDragged(last)
    }
    const over = () => {
      handle.removeEventListener('pointermove', move)
      setDragged(null)
      if (last !== from.width) keep({ watchlistWidth: last })
    }
    handle.addEventListener('pointermove', move)
    handle.addEventListener('lostpointercapture', over, { once: true })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const to = {
      ArrowLeft: width - WIDTH.step,
      ArrowRight: width + WIDTH.step,
      Home: WIDTH.least,
      End: WIDTH.most,
    }[event.key]
    if (to === undefined) return
    event.preventDefault()
    keep({ watchlistWidth: within(to) })
  }
  return (
    <aside
      aria-label={text.one}
      data-testid="watchlist"
      style={{ width }}
      className="relative hidden min-h-0 flex-none flex-col border-r border-line bg-s1 wide:flex"
    >
      <WatchlistPane {...props} seen={roomy} onHide={() => setOpen(false)} />
      <div
        role="slider"
        tabIndex={0}
        aria-label={text.width}
        aria-orientation="horizontal"
        aria-valuemin={WIDTH.least}
        aria-valuemax={WIDTH.most}
        aria-valuenow={width}
        aria-valuetext={`${width} px`}
        onPointerDown={onPointerDown}
        onDoubleClick={() => keep({ watchlistWidth: null })}
        onKeyDown={onKeyDown}
        className="absolute inset-y-0 -right-1 z-20 w-2 cursor-col-resize touch-none hover:bg-s3 focus-visible:-outline-offset-2"
      />
    </aside>
  )
}

/** As the breakpoint `wide`. Before the page runs nobody asks for figures that may not be seen. */
function useRoomy(): boolean {
  const [roomy, setRoomy] = useState(false)
  useEffect(() => {
    const query = matchMedia('(min-width: 1100px)')
    const read = () => setRoomy(query.matches)
    read()
    query.addEventListener('change', read)
    return () => query.removeEventListener('change', read)
  }, [])
  return roomy
}

const within = (width: number): number => Math.round(Math.min(WIDTH.most, Math.max(WIDTH.least, width)))
