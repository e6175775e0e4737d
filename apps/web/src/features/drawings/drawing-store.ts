'use client'
import type { DrawingKind } from '@faultline/ui/chart/drawings'
import { useSyncExternalStore } from 'react'
import { Listeners } from '../shell/listeners.ts'
import {
  changed,
  type DrawingHistory,
  type Drawings,
  isDirty,
  NO_DRAWINGS,
  openHistory,
  redone,
  saved,
  undone,
} from './prepare/drawing-history.ts'

/** What is drawn onto the workspace's chart. A page has one workspace; what was drawn on another market waits until that is opened again. */
export interface DrawingState {
  /** key of the market that is drawn on */
  instrument: string
  drawings: Drawings
  /** other than what was opened or saved last */
  dirty: boolean
  canUndo: boolean
  canRedo: boolean
  /** what the next press on the chart begins; null: the chart is looked at, and drawings can be selected */
  tool: DrawingKind | null
  /** id of the one with handles */
  selected: string | null
}

const NOTHING: DrawingState = {
  instrument: '',
  drawings: NO_DRAWINGS,
  dirty: false,
  canUndo: false,
  canRedo: false,
  tool: null,
  selected: null,
}
const NO_HISTORY = openHistory(NO_DRAWINGS)
const listeners = new Listeners()
const histories = new Map<string, DrawingHistory>()
let state = NOTHING

const historyOf = (instrument: string): DrawingHistory => histories.get(instrument) ?? NO_HISTORY

function show(next: Partial<DrawingState>): void {
  const instrument = next.instrument ?? state.instrument
  const history = historyOf(instrument)
  const selected = next.selected === undefined ? state.selected : next.selected
  state = {
    ...state,
    ...next,
    drawings: history.now,
    dirty: isDirty(history),
    canUndo: history.past.length > 0,
    canRedo: history.undone.length > 0,
    selected: history.now.some(({ id }) => id === selected) ? selected : null,
  }
  listeners.tell()
}

function step(to: (history: DrawingHistory) => DrawingHistory): void {
  const before = historyOf(state.instrument)
  const after = to(before)
  if (after === before) return
  histories.set(state.instrument, after)
  show({})
}

export const useDrawings = (): DrawingState =>
  useSyncExternalStore(
    listeners.subscribe,
    () => state,
    () => NOTHING,
  )

/** The same for who is no component. */
export const drawingState = (): DrawingState => state

/** The workspace shows another market. */
export function showDrawingsOf(instrument: string): void {
  if (instrument !== state.instrument) show({ instrument, tool: null, selected: null })
}

/**
 * Opens a list in place of what was drawn on `instrument` (absent: the market on screen): of a view (clean), or (`dirty`) of a working
 * state that was never saved. Nothing to undo.
 */
export function setDrawings(drawings: Drawings, { instrument = state.instrument, dirty = false } = {}): void {
  histories.set(instrument, openHistory(drawings, dirty))
  show(instrument === state.instrument ? { tool: null, selected: null } : {})
}

/** The reader's change, which can be undone. */
export const changeDrawings = (drawings: Drawings): void => step((history) => changed(history, drawings))

/** `drawings` are saved now: as `useDrawings` gave them when the saving began. */
export const drawingsSaved = (drawings: Drawings): void => step((history) => saved(history, drawings))

export const undoDrawing = (): void => step(undone)
export const redoDrawing = (): void => step(redone)
export const setDrawingTool = (tool: DrawingKind | null): void => show({ tool })
export const selectDrawing = (selected: string | null): void => show({ selected })
