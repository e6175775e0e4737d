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

/** What is drawn onto the workspace's chart. A page has one workspace, and a workspace one list of drawings. */
export interface DrawingState {
  drawings: Drawings
  /** other than what was opened or saved last */
  dirty: boolean
  canUndo: boolean
  canRedo: boolean
  /** what the next press on the chart begins; null: the chart is looked at, and drawings can be selected */
  tool: DrawingKind | null
}

const NOTHING: DrawingState = { drawings: NO_DRAWINGS, dirty: false, canUndo: false, canRedo: false, tool: null }
const listeners = new Listeners()
let history: DrawingHistory = openHistory(NO_DRAWINGS)
let state = NOTHING

function show(next: DrawingHistory, tool = state.tool): void {
  if (next === history && tool === state.tool) return
  history = next
  state = { drawings: next.now, dirty: isDirty(next), canUndo: next.past.length > 0, canRedo: next.undone.length > 0, tool }
  listeners.tell()
}

export const useDrawings = (): DrawingState =>
  useSyncExternalStore(
    listeners.subscribe,
    () => state,
    () => NOTHING,
  )

/** The same for who is no component. */
export const drawingState = (): DrawingState => state

/** Opens a list in place of what was drawn: of a view (clean), or (`dirty`) of a working state that was never saved. Nothing to undo. */
export const setDrawings = (drawings: Drawings, { dirty = false } = {}): void => show(openHistory(drawings, dirty), null)

/** The reader's change, which can be undone. */
export const changeDrawings = (drawings: Drawings): void => show(changed(history, drawings))

/** `drawings` are saved now: as `useDrawings` gave them when the saving began. */
export const drawingsSaved = (drawings: Drawings): void => show(saved(history, drawings))

export const undoDrawing = (): void => show(undone(history))
export const redoDrawing = (): void => show(redone(history))
export const setDrawingTool = (tool: DrawingKind | null): void => show(history, tool)
