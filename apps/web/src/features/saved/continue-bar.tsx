'use client'
import { Button } from '@faultline/ui/react/button'
import { History, X } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { messages } from '../../messages.ts'
import { heatmapPath } from '../heatmap/prepare/heatmap-path.ts'
import { addressQuery } from './prepare/view-query.ts'
import { type Left, leftElsewhere } from './prepare/working.ts'
import { useWorkingStore } from './use-working.ts'

const text = messages.savedSync.goOn
const PUT_AWAY = 'faultline-continue'
/** Only where somebody comes in: who goes from market to market knows where they were. */
let offered = false

/**
 * Offers to go on where the person was, on this machine or another. Lies over the chart, so that nothing moves.
 * @param plain the address asked for nothing but the market
 */
export function ContinueBar({ instrument, plain }: { instrument: string; plain: boolean }) {
  const store = useWorkingStore()
  const router = useRouter()
  const [left, setLeft] = useState<Left | null>(null)
  useEffect(() => {
    if (offered) return
    offered = true
    if (plain && !wasPutAway()) void store.start().then((state) => setLeft(leftElsewhere(state, instrument)))
  }, [store, instrument, plain])
  if (!left) return null
  const putAway = () => {
    setLeft(null)
    putAwayForNow()
  }
  return (
    <ContinueOffer
      left={left}
      onContinue={() => {
        putAway()
        const query = addressQuery(left.query, { view: left.viewId, layout: left.layoutId })
        router.push(`${heatmapPath(left.instrument)}${query && `?${query}`}`)
      }}
      onDismiss={putAway}
    />
  )
}

export function ContinueOffer({ left, onContinue, onDismiss }: { left: Left; onContinue: () => void; onDismiss: () => void }) {
  const market = left.instrument.slice(left.instrument.indexOf(':') + 1)
  return (
    <aside
      aria-label={text.name}
      className="app-popover absolute bottom-8 left-1/2 z-20 flex w-max max-w-[calc(100%-24px)] -translate-x-1/2 items-center gap-2 py-1.5 pr-1.5 pl-3"
    >
      <History size={14} aria-hidden="true" className="flex-none text-accfg" />
      <p className="min-w-0 truncate">
        {left.unsaved ? text.unsaved : text.left}{' '}
        <b className="font-semibold text-t1">{[market, left.query.r].filter(Boolean).join(' · ')}</b>
      </p>
      <Button size="small" onClick={onContinue}>
        {text.go}
      </Button>
      <Button size="small" variant="ghost" icon={<X size={14} />} aria-label={text.dismiss} onClick={onDismiss} />
    </aside>
  )
}

function wasPutAway(): boolean {
  try {
    return sessionStorage.getItem(PUT_AWAY) !== null
  } catch {
    return false
  }
}

function putAwayForNow(): void {
  try {
    sessionStorage.setItem(PUT_AWAY, '1')
  } catch {
    // storage is blocked: it is offered again on the next visit
  }
}
