'use client'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { Listeners } from '../shell/listeners.ts'
import type { Kind } from './prepare/find.ts'

export interface Command {
  /** unique on the page and the same on the next visit, e.g. `range:3d` */
  id: string
  title: string
  /** more words that it is found by */
  keywords?: string
  /** keys that do the same, named as in shell/prepare/chords.ts; shown only, `useHotkeys` binds them */
  keys?: string
  /** default: an action */
  kind?: Exclude<Kind, 'instrument'>
  /** it is what is shown already: marked */
  current?: boolean
  run: () => void
}

const registered: { current: readonly Command[] }[] = []
const listeners = new Listeners()
const NONE: readonly Command[] = []
let all = NONE

/** What the palette offers as long as the component is there. The list may be a new one on every render. */
export function useCommands(commands: readonly Command[]): void {
  const latest = useRef(commands)
  useEffect(() => {
    latest.current = commands
    if (registered.includes(latest)) changed()
  })
  useEffect(() => {
    registered.push(latest)
    changed()
    return () => {
      registered.splice(registered.indexOf(latest), 1)
      changed()
    }
  }, [])
}

function changed(): void {
  // of two with one id the later counts: the page's before the frame's
  all = [...new Map(registered.flatMap(({ current }) => current.map((command) => [command.id, command] as const))).values()]
  listeners.tell()
}

export const useAllCommands = (): readonly Command[] =>
  useSyncExternalStore(
    listeners.subscribe,
    () => all,
    () => NONE,
  )
