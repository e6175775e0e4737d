/**
 * Panes, viewport, keys and crosshair of the chart in a real browser. Skipped, with the reason in the name, where there is no Chromium.
 */
import type { Page } from '@playwright/test'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ViewportChange } from '../src/chart/heatmap-chart.ts'
import type { PaneState } from '../src/chart/panes.ts'
import { chromiumPath, NO_CHROMIUM, type Stage } from './browser.ts'
import type {} from './page/probe.ts'
import { joinStage } from './stage.ts'

const executable = chromiumPath()
const ALL = ['funding', 'interest', 'liquidations', 'ratios', 'flow', 'volume', 'risk'] as const
const NAMES = ['Funding', 'Open interest', 'Liquidations', 'Long/short ratio', 'CVD and taker flow', 'Volume', 'Risk index']
const minute = 60_000

declare global {
  interface Window {
    told: { panes: PaneState[][]; views: ViewportChange[] }
  }
}

describe.skipIf(executable === null)(
  executable === null ? `panes in a browser (skipped: ${NO_CHROMIUM})` : 'panes in a browser',
  { timeout: 60_000 },
  () => {
    let stage: Stage
    let page: Page
    const errors: string[] = []
    beforeAll(async () => {
      stage = await joinStage()
      page = await stage.browser.newPage({ viewport: { width: 1000, height: 900 } })
      page.on('pageerror', (error) => errors.push(error.message))
      await page.goto(`${stage.url}probe.html`)
      await page.waitForFunction(() => 'probe' in window)
    }, 60_000)
    afterAll(async () => stage?.close())
    beforeEach(() => page.mouse.move(0, 0))
    afterEach(() => expect(errors.splice(0)).toEqual([]))

    const open = (panes: readonly (typeof ALL)[number][], extra: { scale?: 'linear' | 'log'; columns?: number } = {}) =>
      page.evaluate(
        ({ panes, extra, minute }) => {
          window.probe.open({ columns: 576, bins: 900, resolutionMs: 5 * minute, panes, ...extra })
          window.told = { panes: [], views: [] }
          window.probe.chart().onPanes((changed) => window.told.panes.push([...changed]))
          window.probe.chart().onViewport((change) => window.told.views.push(change))
        },
        { panes, extra, minute },
      )
    const layout = () => page.evaluate(() => window.probe.chart().internals().layout)
    const view = () => page.evaluate(() => window.probe.chart().view())
    const told = () => page.evaluate(() => window.told)
    const settle = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
    const focusChart = () => page.getByRole('application').focus()
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key)
      await settle()
    }

    it('shows every pane as a region with its name and value, in the order asked for, and draws in each', async () => {
      await open(ALL)
      const regions = page.getByRole('region')
      expect(await regions.evaluateAll((all) => all.map((r) => r.getAttribute('aria-label')))).toEqual(NAMES)
      const texts = await regions.evaluateAll((all) => all.map((r) => r.textContent ?? ''))
      const values = [
        /%.*next \d\d:\d\d.*%/,
        /\$.*24 h/,
        /sampled.*\$.*\$/,
        /accounts\s?1\.\d\d.*positions\s?\d\.\d\d/,
        /delta.*CVD/,
        /coins/,
        /\d+.*(low|elevated|high)/,
      ]
      for (const [i, text] of texts.entries()) expect(text).toMatch(values[i] as RegExp)
      // The plot's pixels in the canvas that panes share: empty before, drawn after.
      const inked = () =>
        page.evaluate(() => {
          const chart = window.probe.chart().internals()
          const canvas = [...document.querySelectorAll('canvas[data-zr-dom-id]')].at(-1) as HTMLCanvasElement
          return chart.layout.plots.map((p) => {
            const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(p.x, p.y, p.width, p.height)
            return new Set(new Uint32Array(data.buffer)).size
          })
        })
      const full = await inked()
      await page.evaluate(() => {
        const data = window.probe.data()
        const { flow: _f, liquidations: _l, ratios: _r, risk: _k, predictedFunding: _p, ...bare } = data
        window.probe.chart().setData({ ...bare, funding: [], openInterest: [] })
      })
      for (const text of [
        'No funding data',
        'No open-interest data',
        'No liquidation data',
        'No long/short data',
        'No taker data',
        'No risk index yet',
      ])
        expect(await page.getByText(text).isVisible()).toBe(true)
      expect(await page.getByText('No volume data').isVisible()).toBe(false)
      const bare = await inked()
      // All but the volume have lost their picture.
      expect(full.map((colours, i) => colours > (bare[i] as number))).toEqual(ALL.map((id) => id !== 'volume'))
      expect(full[5]).toBeGreaterThanOrEqual(3)
    })

    it('leaves the heat its height, and resizes by a drag and by keys', async () => {
      await open(['funding', 'volume'])
      const before = await layout()
      const divider = page.getByRole('separator', { name: 'Height of Funding' })
      const box = await divider.boundingBox()
      if (!box) throw new Error('no divider')
      await page.mouse.move(box.x + 200, box.y + box.height / 2)
      await page.mouse.down()
      await page.mouse.move(box.x + 200, box.y + box.height / 2 - 60, { steps: 3 })
      expect((await told()).panes).toEqual([])
      await page.mouse.up()
      const after = await layout()
      expect(after.heat.height).toBe(before.heat.height - 60)
      expect(after.panes[0]?.height).toBe((before.panes[0]?.height ?? 0) + 60)
      expect(after.panes[1]).toEqual(before.panes[1])
      expect((await told()).panes).toEqual([[{ id: 'funding', height: after.panes[0]?.height }, { id: 'volume' }]])
      await page.getByRole('separator', { name: 'Height of Volume' }).focus()
      await press('Shift+ArrowDown')
      const keyed = await layout()
      expect(keyed.panes[1]?.height).toBe((after.panes[1]?.height ?? 0) - 32)
      expect(keyed.panes[0]?.height).toBe((after.panes[0]?.height ?? 0) + 32)
      await page.getByRole('separator', { name: 'Height of Funding' }).focus()
      await press('End')
      expect((await layout()).heat.height).toBe(180)
      // Resizing is no pan.
      expect((await told()).views.filter((v) => v.touched)).toEqual([])
    })

    it('moves panes by their handle and by keys, and closes them', async () => {
      await open(['funding', 'interest', 'volume'])
      const order = async () => (await layout()).panes.map((p) => p.id)
      const grip = page.getByRole('button', { name: 'Move Volume' })
      await grip.focus()
      await press('Alt+ArrowUp')
      expect(await order()).toEqual(['funding', 'volume', 'interest'])
      expect(await grip.evaluate((e) => e === document.activeElement)).toBe(true)
      const from = await page.getByRole('button', { name: 'Move Open interest' }).boundingBox()
      const first = (await layout()).panes[0]
      if (!from || !first) throw new Error('no handle')
      await page.mouse.move(from.x + 8, from.y + 8)
      await page.mouse.down()
      await page.mouse.move(from.x + 8, first.y - 4, { steps: 4 })
      await page.mouse.up()
      expect(await order()).toEqual(['interest', 'funding', 'volume'])
      await page.getByRole('button', { name: 'Close Funding' }).click()
      expect(await order()).toEqual(['interest', 'volume'])
      expect((await told()).panes.at(-1)).toEqual([{ id: 'interest' }, { id: 'volume' }])
      expect(await page.getByRole('region', { name: 'Funding' }).count()).toBe(0)
    })

    it.each(['linear', 'log'] as const)('pans and zooms by keys on a %s axis, and comes back', async (scale) => {
      await open(['funding'], { scale })
      await focusChart()
      const start = await view()
      const span = start.to - start.from
      await press('+')
      const closer = await view()
      expect(closer.to).toBeCloseTo(start.to, -2)
      expect(closer.to - closer.from).toBeCloseTo(span / 1.25, -2)
      await press('ArrowLeft')
      const left = await view()
      await press('Shift+ArrowLeft')
      const further = await view()
      expect((left.from - further.from) / (closer.from - left.from)).toBeCloseTo(10, 1)
      await press('Alt+Equal', 'ArrowUp')
      const taller = await view()
      expect([taller.from, taller.to]).toEqual([further.from, further.to])
      expect(taller.priceHigh / taller.priceLow).toBeLessThan(start.priceHigh / start.priceLow)
      await press('End')
      expect((await view()).to).toBeCloseTo(start.to, -2)
      expect((await told()).views.at(-1)).toMatchObject({ touched: true, priceTouched: true })
      await press('Home')
      expect(await view()).toEqual(start)
      expect((await told()).views.at(-1)).toEqual({ ...start, touched: false, priceTouched: false })
    })

    it('walks a pinned crosshair column by column and row by row, and reads it out', async () => {
      await open(['funding'])
      await focusChart()
      await page.evaluate(() => {
        const chart = window.probe.chart()
        const { to } = window.probe.data()
        chart.setView({ from: to - 60 * 300_000, to })
        let last: unknown = null
        chart.onHover((reading) => {
          last = reading
          Object.assign(window, { last })
        })
      })
      const live = page.locator('.fl-chart [aria-live=polite]')
      const reading = () =>
        page.evaluate(() => (window as unknown as { last: { from: number; to: number; priceLow: number; priceHigh: number } | null }).last)
      await press('x')
      const first = await reading()
      if (!first) throw new Error('nothing read')
      expect(await live.textContent()).toMatch(/^5 Mar 2026, 10:55–11:00 UTC, [\d,.]+ – [\d,.]+: longs .*, shorts .*, estimated\.$/)
      await press('ArrowLeft')
      const second = await reading()
      expect(second?.to).toBe(first.from)
      expect(second?.priceLow).toBe(first.priceLow)
      await press('ArrowUp')
      expect((await reading())?.priceLow).toBeCloseTo(first.priceHigh, 6)
      // Past the left edge the picture follows.
      for (let k = 0; k < 7; k++) await press('Shift+ArrowLeft')
      const far = await reading()
      expect((first.from - (far?.from ?? 0)) / 300_000).toBe(71)
      expect((await view()).from).toBeLessThanOrEqual(far?.from ?? 0)
      // The mouse does not move what is pinned.
      await page.mouse.move(500, 200)
      expect(await reading()).toEqual(far)
      await press('Escape')
      await page.mouse.move(520, 220)
      expect(await reading()).not.toEqual(far)
      // A click pins, and lets go; a drag does neither.
      const line = page.locator('.fl-crosshair-time')
      await page.mouse.click(520, 220)
      await page.mouse.move(300, 500)
      const pinned = await line.evaluate((e) => e.style.transform)
      await page.mouse.move(700, 300)
      expect(await line.evaluate((e) => e.style.transform)).toBe(pinned)
      await page.mouse.click(700, 300)
      await page.mouse.move(710, 310)
      expect(await line.evaluate((e) => e.style.transform)).not.toBe(pinned)
    })

    it('keeps what is on screen while other data come under it, and pans as far as the history', async () => {
      await open(['funding'])
      const r = await page.evaluate((minute) => {
        const chart = window.probe.chart()
        const data = window.probe.data()
        const { from, to } = data
        const history = { from: from - 1000 * 5 * minute, to }
        const opening = { from: from + 100 * 5 * minute, to: from + 300 * 5 * minute }
        chart.setData({ ...data, viewKey: 'a', history, opening })
        const opened = chart.view()
        // another window at another resolution
        chart.setData({
          ...data,
          viewKey: 'a',
          history,
          opening,
          heat: null,
          resolutionMs: 30 * minute,
          from: from - 500 * 5 * minute,
          to: from + 400 * 5 * minute,
        })
        const kept = chart.view()
        chart.setView({ from: to - 100 * 5 * minute, to })
        chart.setData({ ...data, viewKey: 'a', history: { from: history.from, to: to + 5 * minute } })
        const followed = chart.view()
        chart.setData({ ...data, viewKey: 'b', history })
        return { opened, kept, followed, other: chart.view(), from, to, opening, history, views: window.told.views }
      }, minute)
      expect([r.opened.from, r.opened.to]).toEqual([r.opening.from, r.opening.to])
      expect([r.kept.from, r.kept.to, r.kept.priceLow]).toEqual([r.opened.from, r.opened.to, r.opened.priceLow])
      expect([r.followed.from, r.followed.to]).toEqual([r.to - 99 * 5 * minute, r.to + 5 * minute])
      expect([r.other.from, r.other.to]).toEqual([r.from, r.to])
      expect(r.views.at(-1)).toMatchObject({ from: r.from, to: r.to, touched: false })
      await focusChart()
      for (let k = 0; k < 12; k++) await press('Shift+ArrowLeft')
      expect((await view()).from).toBeLessThan(r.from - 500 * 5 * minute)
      for (let k = 0; k < 20; k++) await press('Shift+ArrowLeft')
      expect((await view()).from).toBe(r.history.from)
    })

    it('resets the price alone by a double click on its axis', async () => {
      await open(['funding'])
      const start = await view()
      await page.evaluate((minute) => {
        const chart = window.probe.chart()
        const { from, to, priceLow, priceHigh } = chart.view()
        chart.setView({ from: from + 1000 * minute, to, priceLow: priceLow * 1.01, priceHigh: priceHigh * 0.99 })
      }, minute)
      const { heat } = await layout()
      await page.mouse.dblclick(heat.x + heat.width + 30, heat.y + 100)
      await settle()
      const after = await view()
      expect(after.from).toBe(start.from + 1000 * minute)
      expect(after.priceHigh / after.priceLow).toBeGreaterThan(1.05)
      expect((await told()).views.at(-1)).toMatchObject({ touched: true, priceTouched: false })
    })

    it('zooms price by two fingers above each other, time by two beside each other, and points by a long press', async () => {
      await open(['funding'])
      const start = await view()
      const touch = (type: string, id: number, x: number, y: number) =>
        page.evaluate(
          ({ type, id, x, y }) => {
            const root = document.querySelector('.fl-chart') as HTMLElement
            root.setPointerCapture = () => {}
            root.hasPointerCapture = () => false
            const init = { pointerId: id, pointerType: 'touch', clientX: x, clientY: y, button: 0, bubbles: true }
            root.dispatchEvent(new PointerEvent(type, init))
          },
          { type, id, x, y },
        )
      await touch('pointerdown', 1, 400, 150)
      await touch('pointerdown', 2, 410, 250)
      await touch('pointermove', 2, 410, 350)
      await settle()
      const price = await view()
      expect([price.from, price.to]).toEqual([start.from, start.to])
      expect((price.priceHigh - price.priceLow) / (start.priceHigh - start.priceLow)).toBeCloseTo(0.5)
      await touch('pointerup', 1, 400, 150)
      await touch('pointerup', 2, 410, 350)
      await touch('pointerdown', 1, 300, 200)
      await touch('pointerdown', 2, 400, 210)
      await touch('pointermove', 2, 500, 210)
      await settle()
      const time = await view()
      expect((time.to - time.from) / (start.to - start.from)).toBeCloseTo(0.5)
      expect(time.priceLow).toBe(price.priceLow)
      await touch('pointerup', 1, 300, 200)
      await touch('pointerup', 2, 500, 210)
      await touch('pointerdown', 1, 300, 200)
      await expect.poll(() => page.locator('.fl-tooltip').isVisible()).toBe(true)
      await touch('pointermove', 1, 420, 260)
      await settle()
      expect(await view()).toEqual(time)
      const x = await page.locator('.fl-crosshair-time').evaluate((e) => new DOMMatrix(e.style.transform).m41)
      expect(Math.abs(x - 420)).toBeLessThan(8)
      await touch('pointerup', 1, 420, 260)
    })
  },
)
