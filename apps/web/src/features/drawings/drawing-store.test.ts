import type { Drawing } from '@faultline/ui/chart/drawings'
import { beforeEach, expect, it } from 'vitest'
import {
  changeDrawings,
  drawingState,
  drawingsSaved,
  redoDrawing,
  selectDrawing,
  setDrawings,
  setDrawingTool,
  showDrawingsOf,
  undoDrawing,
} from './drawing-store.ts'

const level = (price: number): Drawing => ({
  id: `h${price}`,
  kind: 'horizontal',
  points: [{ time: 0, price }],
  colour: 'accent',
  text: '',
})
const [one, two] = [[level(1)], [level(1), level(2)]]

beforeEach(() => {
  for (const instrument of ['a:A', 'b:B']) setDrawings([], { instrument })
  showDrawingsOf('a:A')
})

it('says what is drawn, what can be undone and what is unsaved', () => {
  setDrawings(one)
  expect(drawingState()).toMatchObject({ instrument: 'a:A', drawings: one, dirty: false, canUndo: false })
  changeDrawings(two)
  expect(drawingState()).toMatchObject({ drawings: two, dirty: true, canUndo: true, canRedo: false })
  undoDrawing()
  expect(drawingState()).toMatchObject({ drawings: one, dirty: false, canRedo: true })
  redoDrawing()
  drawingsSaved(two)
  expect(drawingState()).toMatchObject({ drawings: two, dirty: false })
})

it('keeps each market’s own, also what is opened for one that is not on screen', () => {
  changeDrawings(one)
  setDrawings(two, { instrument: 'b:B' })
  expect(drawingState()).toMatchObject({ instrument: 'a:A', drawings: one })
  setDrawingTool('line')
  showDrawingsOf('b:B')
  expect(drawingState()).toMatchObject({ instrument: 'b:B', drawings: two, dirty: false, tool: null })
  showDrawingsOf('a:A')
  expect(drawingState()).toMatchObject({ drawings: one, dirty: true, canUndo: true })
})

it('selects what is there only', () => {
  changeDrawings(two)
  selectDrawing('h2')
  expect(drawingState().selected).toBe('h2')
  changeDrawings(one)
  expect(drawingState().selected).toBeNull()
  selectDrawing('nothing')
  expect(drawingState().selected).toBeNull()
})
