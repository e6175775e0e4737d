'use client'
import { Button } from '@faultline/ui/react/button'
import { Check, TriangleAlert } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { Listeners } from './listeners.ts'

export interface Toast {
  id: number
  text: string
  tone: 'ok' | 'warn'
  action?: ToastAction | undefined
}

/** One thing that can be done about it: mostly "Undo". */
export interface ToastAction {
  label: string
  run: () => void
}

/** Long enough to be read; what must not be missed stands on the page. */
const SHOWN_MS = 5_000
/** Time to find the button, also with the keyboard. */
const ACTION_MS = 12_000
const MOST = 3

const listeners = new Listeners()
const NONE: readonly Toast[] = []
let toasts = NONE
let last = 0

/** Says `text` for a few seconds at the bottom of the page, and to screen readers once. */
export function toast(text: string, tone: Toast['tone'] = 'ok', action?: ToastAction): void {
  const id = ++last
  toasts = [...toasts.filter((other) => other.text !== text), { id, text, tone, action }].slice(-MOST)
  listeners.tell()
  setTimeout(() => dismiss(id), action ? ACTION_MS : SHOWN_MS)
}

function dismiss(id: number): void {
  toasts = toasts.filter((other) => other.id !== id)
  listeners.tell()
}

/** Once per page. The region is there before anything is said in it, or it would not be read out. */
export function Toaster() {
  const shown = useSyncExternalStore(
    listeners.subscribe,
    () => toasts,
    () => NONE,
  )
  return <ToastList toasts={shown} />
}

export function ToastList({ toasts }: { toasts: readonly Toast[] }) {
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-3 bottom-[calc(72px+env(safe-area-inset-bottom))] z-50 flex flex-col items-center gap-2 phone:bottom-10"
    >
      {toasts.map(({ id, text, tone, action }) => {
        const Icon = tone === 'ok' ? Check : TriangleAlert
        return (
          <p key={id} className="app-popover flex max-w-full items-center gap-2 px-3 py-2 font-medium text-t1">
            <Icon size={14} aria-hidden="true" className={`flex-none ${tone === 'ok' ? 'text-ok' : 'text-warn'}`} />
            <span className="min-w-0 [overflow-wrap:anywhere]">{text}</span>
            {action && (
              <Button
                size="small"
                className="pointer-events-auto"
                onClick={() => {
                  dismiss(id)
                  action.run()
                }}
              >
                {action.label}
              </Button>
            )}
          </p>
        )
      })}
    </div>
  )
}
