/**
 * The chart in a real browser: is every pixel where the axes say, and do gestures do what they should? Skipped, with the
 * reason in the name, where there is no Chromium.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, NO_CHROMIUM, type Stage } from './browser.ts'
import type {} from './page/probe.ts'
import { joinStage, probePages } from './stage.ts'

const executable = chromiumPath()

describe.skipIf(executable === null)(
  executable === null ? `chart in a browser (skipped: ${NO_CHROMIUM})` : 'chart in a browser',
  { timeout: 60_000 },
  () => {
    let stage: Stage
    let probePage: ReturnType<typeof probePages>
    beforeAll(async () => {
      stage = await joinStage()
      probePage = probePages(stage)
    }, 60_000)
    afterAll(async () => stage?.close())

    const minute = 60_000
    it('recolours, hides and shows the heat without moving anything', async () => {
      const { page, errors } = await probePage(1)
      const r = await page.evaluate((minute) => {
        window.probe.open({ columns: 288, bins: 600, resolutionMs: 5 * minute })
        const chart = window.probe.chart()
        const { lowUsd, highUsd } = chart.currentThreshold()
        const first = window.probe.picture()
        chart.setThreshold(lowUsd * 4, highUsd)
        const fainter = window.probe.picture()
        chart.setThreshold(lowUsd, highUsd)
        const again = window.probe.picture()
        chart.setHeatVisible(false)
        const hidden = window.probe.picture()
        chart.setHeatVisible(true)
        const shown = window.probe.picture()
        chart.setTheme('light')
        const light = window.probe.picture()
        chart.setTheme('dark')
        return { first, fainter, again, hidden, shown, light, dark: window.probe.picture() }
      }, minute)
      expect(errors.splice(0)).toEqual([])
      expect(new Set([r.first, r.fainter, r.hidden, r.light]).size).toBe(4)
      expect([r.again, r.shown, r.dark]).toEqual([r.first, r.first, r.first])
    })

    it('zooms with the wheel, pans with a drag, resets with a double click', async () => {
      const { page, errors } = await probePage(1)
      await page.evaluate((minute) => window.probe.open({ columns: 576, bins: 900, resolutionMs: 5 * minute }), minute)
      const view = () => page.evaluate(() => window.probe.chart().view())
      const settle = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
      const start = await view()

      await page.mouse.move(700, 200)
      await page.mouse.wheel(0, -300)
      await settle()
      const closer = await view()
      expect(closer.to - closer.from).toBeLessThan(0.8 * (start.to - start.from))
      expect(closer.priceLow).toBe(start.priceLow)

      await page.keyboard.down('Shift')
      await page.mouse.wheel(0, -300)
      await page.keyboard.up('Shift')
      await settle()
      const taller = await view()
      expect(taller.priceHigh - taller.priceLow).toBeLessThan(0.8 * (start.priceHigh - start.priceLow))
      expect([taller.from, taller.to]).toEqual([closer.from, closer.to])

      await page.mouse.down()
      await page.mouse.move(800, 240, { steps: 4 })
      await page.mouse.up()
      await settle()
      const moved = await view()
      expect(moved.from).toBeLessThan(taller.from)
      expect(moved.to - moved.from).toBeCloseTo(taller.to - taller.from, -1)
      expect(moved.priceLow).toBeGreaterThan(taller.priceLow)

      await page.mouse.dblclick(500, 200)
      await settle()
      expect(await view()).toEqual(start)
      expect(errors.splice(0)).toEqual([])
    })

    it('reads what is under the pointer, inside the pane, as text', async () => {
      const { page, errors } = await probePage(1)
      await page.evaluate(
        (minute) => window.probe.open({ columns: 576, bins: 900, resolutionMs: 5 * minute, symbol: '<img src=x onerror=alert(1)>' }),
        minute,
      )
      for (const [x, y] of [
        [60, 40],
        [900, 40],
        [60, 380],
        [900, 380],
        [480, 210],
      ] as const) {
        await page.mouse.move(x, y)
        const tip = await page.locator('.fl-tooltip').boundingBox()
        const pane = await page.evaluate(() => window.probe.chart().internals().layout.heat)
        expect(tip).not.toBeNull()
        if (!tip) continue
        expect(
          tip.x >= pane.x && tip.y >= pane.y && tip.x + tip.width <= pane.x + pane.width && tip.y + tip.height <= pane.y + pane.height,
        ).toBe(true)
        const overPointer = x >= tip.x && x <= tip.x + tip.width && y >= tip.y && y <= tip.y + tip.height
        expect(overPointer).toBe(false)
      }
      expect(await page.locator('.fl-tooltip').textContent()).toMatch(/\d{1,2} Mar 2026, \d\d:\d\d–\d\d:\d\d UTC[\s\S]*% from [\s\S]*est\./)
      await page.mouse.move(480, 500)
      await expect.poll(() => page.locator('.fl-tooltip').isVisible()).toBe(false)
      expect(await page.locator('img').count()).toBe(0)
      expect(errors.splice(0)).toEqual([])
    })

    it('moves the threshold by keyboard and by pointer, and the handles never cross', async () => {
      const page = await stage.browser.newPage({ viewport: { width: 800, height: 600 } })
      await page.goto(`${stage.url}?kit`)
      const low = page.getByRole('slider', { name: 'Threshold, lowest' })
      const high = page.getByRole('slider', { name: 'Threshold, highest' })
      const value = async (handle: typeof low) => Number(await handle.getAttribute('aria-valuenow'))
      const start = await value(low)
      await low.focus()
      await page.keyboard.press('ArrowRight')
      const next = await value(low)
      expect(next).toBeGreaterThan(start)
      await page.keyboard.press('Shift+ArrowLeft')
      expect(await value(low)).toBeLessThan(start)
      await page.keyboard.press('End')
      expect(await value(low)).toBeLessThan(await value(high))
      await page.keyboard.press('Home')
      const track = await page.locator('.fl-range-track').boundingBox()
      if (!track) throw new Error('no track')
      const before = await value(high)
      await page.mouse.move(track.x + track.width * 0.95, track.y + 10)
      await page.mouse.down()
      await page.mouse.move(track.x + track.width * 0.7, track.y + 10)
      await page.mouse.up()
      expect(await value(high)).toBeLessThan(before)
      expect(await high.evaluate((e) => e === document.activeElement)).toBe(true)
      await page.close()
    })

    it('appends live columns without moving the view, unless the right edge is visible', async () => {
      const { page, errors } = await probePage(1)
      const r = await page.evaluate((minute) => {
        window.probe.open({ columns: 576, bins: 900, resolutionMs: 5 * minute })
        const chart = window.probe.chart()
        const data = window.probe.data()
        const step = 5 * minute
        const grown = (n: number) => ({ ...data, from: data.from + n * step, to: data.to + n * step })
        const whole = chart.view()
        // a gap that grows at the right edge, longer than a tenth of the range, and what fills it
        const gapped = { ...data, to: data.to + 100 * step, gaps: [{ channel: 'candle', from: data.to, to: data.to + 100 * step }] }
        const early = { ...whole, from: data.from + 100 * step, to: data.from + 200 * step }
        chart.setView(early)
        chart.setData(gapped)
        const keptEarly = chart.view()
        chart.setData(data)
        chart.resetView()
        chart.setData(gapped)
        const withGap = chart.view()
        const zoomed = { ...withGap, from: withGap.to - 50 * step }
        chart.setView(zoomed)
        chart.setData({ ...gapped, to: gapped.to + step })
        const keptZoom = chart.view()
        chart.setData(data)
        chart.resetView()
        chart.setData(grown(1))
        const followed = chart.view()
        const inside = { ...followed, from: data.from + 100 * step, to: data.from + 200 * step }
        chart.setView(inside)
        chart.setData(grown(2))
        const kept = chart.view()
        chart.setData({ ...grown(2), symbol: 'OTHERUSDT' })
        return {
          step,
          whole,
          early,
          keptEarly,
          withGap,
          zoomed,
          keptZoom,
          followed,
          inside,
          kept,
          other: chart.view(),
          from: data.from,
          to: data.to,
        }
      }, minute)
      expect(errors.splice(0)).toEqual([])
      expect([r.whole.from, r.whole.to]).toEqual([r.from, r.to])
      expect([r.keptEarly.from, r.keptEarly.to]).toEqual([r.early.from, r.early.to])
      expect([r.withGap.from, r.withGap.to]).toEqual([r.from, r.to + 100 * r.step])
      expect([r.keptZoom.from, r.keptZoom.to]).toEqual([r.zoomed.from + r.step, r.zoomed.to + r.step])
      expect([r.followed.from, r.followed.to]).toEqual([r.from + r.step, r.to + r.step])
      expect([r.kept.from, r.kept.to]).toEqual([r.inside.from, r.inside.to])
      expect([r.other.from, r.other.to]).toEqual([r.from + 2 * r.step, r.to + 2 * r.step])
    })
  },
)
