import { type Theme, TOKENS } from '../tokens.ts'
import {
  type ProfileAxis,
  type ProfileData,
  type ProfileReading,
  profileReading,
  type ShownSide,
  SIDES,
  type Side,
  shownSide,
} from './profile-data.ts'
import { drawBars, drawLevel, drawSums, drawWords, type Picture, pictureOf } from './profile-draw.ts'
import { ProfileTooltip } from './profile-tooltip.ts'
import { textElement } from './tooltip.ts'

/**
 * Density by price beside the heat, on the heat's own price axis: bars stacked by effective leverage with their interval, and the sums
 * from the price outwards. A canvas of its own that is drawn at once by `setAxis`, in the frame in which the heat moves.
 */
export class ProfileChart {
  private readonly root = textElement('div', 'fl-profile')
  private readonly canvas = document.createElement('canvas')
  private readonly tooltip = new ProfileTooltip()
  private readonly crosshair = textElement('div', 'fl-profile-crosshair')
  private data: ProfileData | null = null
  private sides: Record<Side, ShownSide> | null = null
  private leverageShown: readonly boolean[] = []
  private axis: ProfileAxis | null = null
  private theme: Theme
  private picture: Picture | null = null
  private pointerY: number | null = null
  private listener: ((reading: ProfileReading | null) => void) | null = null
  private readonly gone = new AbortController()

  /** `dom` has a size; the profile fills it. */
  constructor(dom: HTMLElement, options: { theme: Theme }) {
    this.theme = options.theme
    this.root.append(this.canvas, this.crosshair, this.tooltip.element)
    this.setCrosshair(null)
    dom.append(this.root)
    const { signal } = this.gone
    this.root.addEventListener('pointermove', (event) => this.hover(event.clientY), { signal })
    this.root.addEventListener('pointerdown', (event) => this.hover(event.clientY), { signal })
    this.root.addEventListener('pointerleave', () => this.leave(), { signal })
    // Canvas text does not follow a font that arrives later.
    if (typeof document.fonts !== 'undefined') document.fonts.ready.then(() => signal.aborted || this.draw())
  }

  setData(data: ProfileData | null): void {
    if (data === this.data) return
    this.data = data
    this.take()
  }

  /** Per class of leverage, from low to high; absent ones are shown. */
  setLeverageShown(shown: readonly boolean[]): void {
    if (shown.length === this.leverageShown.length && shown.every((s, i) => s === this.leverageShown[i])) return
    this.leverageShown = shown
    this.take()
  }

  setTheme(theme: Theme): void {
    if (theme === this.theme) return
    this.theme = theme
    this.draw()
  }

  /** Draws at once: to be called in the frame in which the heat's view changed. */
  setAxis(axis: ProfileAxis): void {
    const same = this.axis && (Object.keys(axis) as (keyof ProfileAxis)[]).every((key) => axis[key] === this.axis?.[key])
    if (same) return
    this.axis = axis
    this.draw()
  }

  /** The heat's crosshair goes on through the profile; null: it is elsewhere. */
  setCrosshair(price: number | null): void {
    const { picture, axis } = this
    const inside = price !== null && picture !== null && axis !== null && price >= axis.priceLow && price <= axis.priceHigh
    this.crosshair.style.display = inside ? '' : 'none'
    if (inside) this.crosshair.style.transform = `translateY(${picture.y.toY(price)}px)`
  }

  /** Called with the bar under the pointer, and with null when it leaves. One listener. */
  onHover(listener: ((reading: ProfileReading | null) => void) | null): void {
    this.listener = listener
  }

  /** To be called when the element's size changed. */
  resize(): void {
    this.draw()
  }

  dispose(): void {
    this.gone.abort()
    this.root.remove()
  }

  /** For checks that compare the picture with the data. */
  internals(): { picture: Picture | null; canvas: HTMLCanvasElement } {
    return { picture: this.picture, canvas: this.canvas }
  }

  private take(): void {
    const { data } = this
    const shown = (side: Side) => shownSide((data as ProfileData).profile[side], side, (data as ProfileData).price, this.leverageShown)
    this.sides = data ? { long: shown('long'), short: shown('short') } : null
    this.draw()
  }

  private draw(): void {
    const { clientWidth: width, clientHeight: height } = this.root
    const context = this.canvas.getContext('2d')
    if (!context || !this.axis || width === 0 || height === 0) return
    const dpr = window.devicePixelRatio || 1
    const [w, h] = [Math.round(width * dpr), Math.round(height * dpr)]
    if (this.canvas.width !== w || this.canvas.height !== h) Object.assign(this.canvas, { width: w, height: h })
    context.setTransform(dpr, 0, 0, dpr, 0, 0)
    context.clearRect(0, 0, width, height)
    const { axis, sides, data } = this
    const plot = { x: 0, y: axis.top, width, height: axis.height }
    context.fillStyle = TOKENS[this.theme].heatbg
    context.fillRect(plot.x, plot.y, plot.width, plot.height)
    if (!sides || !data) {
      this.picture = null
      this.leave()
      return
    }
    this.picture = pictureOf(sides, axis, plot)
    context.save()
    context.beginPath()
    context.rect(plot.x, plot.y, plot.width, plot.height)
    context.clip()
    const pen = { context, dpr, theme: this.theme }
    for (const side of SIDES) drawBars(pen, this.picture, sides[side], side)
    for (const side of SIDES) drawSums(pen, this.picture, sides[side], side)
    if (data.maxPain) drawLevel(pen, this.picture, data.maxPain.price, TOKENS[this.theme].accfg, [2, 3])
    drawLevel(pen, this.picture, data.price, TOKENS[this.theme].t1, [4, 3])
    context.restore()
    drawWords(pen, this.picture, sides, data)
    if (this.pointerY !== null) this.showReading()
  }

  private hover(clientY: number): void {
    this.pointerY = clientY - this.root.getBoundingClientRect().top
    this.showReading()
  }

  private leave(): void {
    if (this.pointerY === null) return
    this.pointerY = null
    this.tooltip.hide()
    this.listener?.(null)
  }

  private showReading(): void {
    const { picture, sides, data, pointerY } = this
    if (!picture || !sides || !data || pointerY === null) return
    const row = picture.rows.find((r) => pointerY >= r.top && pointerY < r.bottom)
    const inPlot = pointerY >= picture.plot.y && pointerY < picture.plot.y + picture.plot.height
    if (!row || !inPlot) {
      this.tooltip.hide()
      this.listener?.(null)
      return
    }
    const reading = profileReading(sides, data.price, row)
    this.tooltip.show(reading, row, picture.plot)
    this.listener?.(reading)
  }
}
