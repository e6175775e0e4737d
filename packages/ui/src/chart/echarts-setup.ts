import { CustomChart } from 'echarts/charts'
import { GridSimpleComponent } from 'echarts/components'
import { graphic, init, registerAction, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

// Only what is drawn: candles, bars and lines are custom series too, each one path whatever the number of points.
// The crosshair is the overlay's own, and zooming is a change of the axes' extents: no axis pointer, no data zoom.
use([CustomChart, GridSimpleComponent, CanvasRenderer])

/** The axes read their extents again, and everything is drawn where it stands now. */
export const VIEW_ACTION = 'faultlineView'
registerAction({ type: VIEW_ACTION, event: VIEW_ACTION, update: 'update' }, () => {})

/**
 * Numbers of a path. Boxed, because the renderer copies arrays in a shape element by element on every update (1.5 ms a
 * frame for the open-interest line), and takes an object as it is.
 */
export interface PathNumbers {
  values: Float64Array
}
/** Interleaved x, y, width, height in CSS pixels. */
export interface BoxesShape {
  boxes: PathNumbers
}
/** Interleaved x, y; a NaN pair breaks the line. With `floor`, each run is closed down to that y (an area). */
export interface LineShape {
  points: PathNumbers
  floor: number | null
}

interface PathContext {
  moveTo(x: number, y: number): void
  lineTo(x: number, y: number): void
  rect(x: number, y: number, width: number, height: number): void
  closePath(): void
}

export const BOXES = 'faultline-boxes'
export const LINE = 'faultline-line'

graphic.registerShape(
  BOXES,
  graphic.extendShape({
    type: BOXES,
    shape: { boxes: { values: new Float64Array(0) } },
    buildPath(ctx: PathContext, shape: BoxesShape) {
      const boxes = shape.boxes.values
      for (let i = 0; i + 3 < boxes.length; i += 4)
        ctx.rect(boxes[i] as number, boxes[i + 1] as number, boxes[i + 2] as number, boxes[i + 3] as number)
    },
  }),
)

graphic.registerShape(
  LINE,
  graphic.extendShape({
    type: LINE,
    shape: { points: { values: new Float64Array(0) }, floor: null },
    buildPath(ctx: PathContext, shape: LineShape) {
      const { floor } = shape
      const points = shape.points.values
      let start = -1
      const close = (end: number) => {
        if (floor !== null && start >= 0 && end > start) {
          ctx.lineTo(points[end - 2] as number, floor)
          ctx.lineTo(points[start] as number, floor)
          ctx.closePath()
        }
        start = -1
      }
      for (let i = 0; i + 1 < points.length; i += 2) {
        const x = points[i] as number
        if (Number.isNaN(x)) {
          close(i)
          continue
        }
        if (start < 0) ctx.moveTo(x, points[i + 1] as number)
        else ctx.lineTo(x, points[i + 1] as number)
        if (start < 0) start = i
      }
      close(points.length)
    },
  }),
)

export { init }
