'use client'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { Listeners } from './listeners.ts'
import { chordOf, isSingle, nextChord } from './prepare/chords.ts'

/** With a label the key appears in the list of shortcuts, among those of its group (the page's own, where it names none). */
export interface Hotkey {
  label: string
  group?: string
  /** null: something that has the focus acts on the key (a chart); it is only listed */
  run: (() => void) | null
}

export type Hotkeys = Readonly<Record<string, (() => void) | Hotkey>>

/** A key of the list of shortcuts, named as in prepare/chords.ts. */
export interface ListedHotkey {
  keys: string
  label: string
  group: string | null
}

/** Also the time that is left for the second key of a sequence. */
const SEQUENCE_MS = 1_500
const SETTING = 'faultline-single-keys'

// One listener and one list for the page: what was registered last is asked first, so that a page may take a key of the frame.
const registered: { current: Hotkeys }[] = []
const listeners = new Listeners()
let listed: readonly ListedHotkey[] = []
let begun = ''
let begunAt = 0

/**
 * Keys on the whole page, named as in prepare/chords.ts: `{ '[': run, 'g h': { label, run }, 'Mod+k': run }`. Single keys do nothing while
 * somebody types, while a dialog is open, or where they are turned off. The record may be a new one on every render.
 */
export function useHotkeys(keys: Hotkeys): void {
  const latest = useRef(keys)
  const listedAs = useRef('')
  useEffect(() => {
    latest.current = keys
    const labels = Object.entries(keys)
      .map(([name, action]) => `${name} ${typeof action === 'function' ? '' : action.label}`)
      .join('\n')
    if (listedAs.current !== labels && registered.includes(latest)) changed()
    listedAs.current = labels
  })
  useEffect(() => {
    if (registered.length === 0) document.addEventListener('keydown', onKey)
    registered.push(latest)
    changed()
    return () => {
      registered.splice(registered.indexOf(latest), 1)
      if (registered.length === 0) document.removeEventListener('keydown', onKey)
      changed()
    }
  }, [])
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const chord = chordOf({
    key: event.key,
    metaKey: event.metaKey,
    ctrlKey: event.ctrlKey,
    altKey: event.altKey,
    shiftKey: event.shiftKey,
    altGraph: event.getModifierState('AltGraph'),
  })
  if (chord === null) return
  if (isSingle(chord) && (isTyping(event.target) || document.querySelector('dialog[open]') || !singleKeys())) {
    begun = ''
    return
  }
  const known = new Set(registered.flatMap(({ current }) => Object.keys(current).filter((name) => runOf(current[name]))))
  const next = nextChord(event.timeStamp - begunAt > SEQUENCE_MS ? '' : begun, chord, known)
  begun = next.begun
  begunAt = event.timeStamp
  if (next.run === null) return
  event.preventDefault()
  const name = next.run
  const found = registered.findLast(({ current }) => Object.hasOwn(current, name) && runOf(current[name]))
  runOf(found?.current[name])?.()
}

const runOf = (action: Hotkeys[string] | undefined): (() => void) | null => (typeof action === 'function' ? action : (action?.run ?? null))

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

function changed(): void {
  const rows = new Map<string, ListedHotkey>()
  for (const { current } of registered)
    for (const [keys, action] of Object.entries(current)) {
      if (typeof action === 'function') rows.delete(keys)
      else rows.set(keys, { keys, label: action.label, group: action.group ?? null })
    }
  listed = [...rows.values()]
  listeners.tell()
}

const NONE: readonly ListedHotkey[] = []

/** All keys with a label that work on this page. */
export const useListedHotkeys = (): readonly ListedHotkey[] =>
  useSyncExternalStore(
    listeners.subscribe,
    () => listed,
    () => NONE,
  )

function singleKeys(): boolean {
  try {
    return localStorage.getItem(SETTING) !== 'off'
  } catch {
    return true
  }
}

/** Whether single keys work in this browser, and how to turn them on and off. */
export function useSingleKeys(): [on: boolean, set: (on: boolean) => void] {
  const on = useSyncExternalStore(listeners.subscribe, singleKeys, () => true)
  return [on, setSingleKeys]
}

function setSingleKeys(on: boolean): void {
  try {
    if (on) localStorage.removeItem(SETTING)
    else localStorage.setItem(SETTING, 'off')
  } catch {
    // storage is blocked: single keys stay on
  }
  listeners.tell()
}
