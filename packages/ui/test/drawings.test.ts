/** Drawings in a real browser: do the tools do what they should, and does what is drawn stay at its time and price? */

import type { Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Drawing, DrawingKind } from '../src/chart/drawings.ts'
import { chromiumPath, NO_CHROMIUM, type Stage } from './browser.ts'
import type {} from './page/probe.ts'
import { joinStage, probePages } from './stage.ts'

declare global {
  interface Window {
    drawn: { lists: (readonly Drawing[])[]; tools: (DrawingKind | null)[]; selected: (string | null)[] }
  }
}

const executable = chromiumPath()
const HOSTILE = '<img src=x onerror=alert(1)>'
const MINUTE = 60_000

describe.skipIf(executable === null)(
  executable === null ? `drawings in a browser (skipped: ${NO_CHROMIUM})` : 'drawings in a browser',
  { timeout: 60_000 },
  () => {
    let stage: Stage
    let probePage: ReturnType<typeof probePages>
    beforeAll(async () => {
      stage = await joinStage()
      probePage = probePages(stage)
    }, 60_000)
    afterAll(async () => stage?.close())

    const settle = (page: Page) =>
      page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done)))))
    const open = async (scale = 1, prices: 'linear' | 'log' = 'linear') => {
      const { page, errors } = await probePage(scale)
      await page.evaluate(
        ({ minute, prices }) => {
          window.probe.open({ columns: 576, bins: 900, resolutionMs: 5 * minute, scale: prices })
          window.drawn = { lists: [], tools: [], selected: [] }
          const { drawings } = window.probe.chart()
          drawings.setReadOnly(false)
          drawings.listen({
            onDrawings: (list) => window.drawn.lists.push(list),
            onTool: (tool) => {
              window.drawn.tools.push(tool)
              drawings.setTool(tool)
            },
            onSelect: (id) => window.drawn.selected.push(id),
          })
        },
        { minute: MINUTE, prices },
      )
      return { page, errors }
    }
    const use = (page: Page, tool: DrawingKind) => page.evaluate((tool) => window.probe.chart().drawings.setTool(tool), tool)
    const lists = (page: Page) => page.evaluate(() => window.drawn.lists)
    const last = async (page: Page) => (await lists(page)).at(-1) ?? []
    const view = (page: Page) => page.evaluate(() => window.probe.chart().view())
    const drag = async (page: Page, from: [number, number], to: [number, number]) => {
      await page.mouse.move(...from)
      await page.mouse.down()
      await page.mouse.move(...to, { steps: 4 })
      await page.mouse.up()
      await settle(page)
    }
    /** Time and price under a pixel of the chart, as ECharts' own axes say. */
    const at = (page: Page, x: number, y: number) =>
      page.evaluate(([x, y]) => window.probe.chart().internals().chart.convertFromPixel({ gridIndex: 0 }, [x, y]) as number[], [
        x,
        y,
      ] as const)
    /** Whether anything is drawn at a pixel of the chart. */
    const inkAt = (page: Page, x: number, y: number) =>
      page.evaluate(
        ([x, y]) => {
          const canvas = document.querySelector<HTMLCanvasElement>('.fl-drawings canvas')
          const dpr = window.devicePixelRatio
          const { heat } = window.probe.chart().internals().layout
          if (canvas?.parentElement?.style.display === 'none') return false
          const found = canvas?.getContext('2d')?.getImageData((x - heat.x) * dpr - 1, (y - heat.y) * dpr - 1, 3, 3).data
          return found ? Math.max(...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => found[4 * i + 3] as number)) > 100 : false
        },
        [x, y] as const,
      )

    it('draws by a drag or by two clicks, at the time and price under the pointer, and then ends the tool', async () => {
      const { page, errors } = await open()
      const before = await page.evaluate(() => window.probe.picture())
      const seen = await view(page)
      await use(page, 'line')
      await drag(page, [300, 100], [500, 180])
      await use(page, 'box')
      await page.mouse.click(350, 220)
      await page.mouse.move(450, 280, { steps: 3 })
      await page.mouse.click(450, 280)
      await use(page, 'horizontal')
      await page.mouse.click(600, 150)
      await settle(page)
      const drawings = await last(page)
      expect(drawings.map(({ kind }) => kind)).toEqual(['line', 'box', 'horizontal'])
      const [line, box, level] = drawings as [Drawing, Drawing, Drawing]
      for (const [point, x, y] of [
        [line.points[0], 300, 100],
        [line.points[1], 500, 180],
        [box.points[0], 350, 220],
        [box.points[1], 450, 280],
        [level.points[0], 600, 150],
      ] as const) {
        const [time, price] = (await at(page, x, y)) as [number, number]
        expect(Math.abs((point?.time ?? 0) - time)).toBeLessThan(2)
        expect((point?.price ?? 0) / price).toBeCloseTo(1, 9)
      }
      expect(await page.evaluate(() => window.drawn.tools)).toEqual([null, null, null])
      expect([await inkAt(page, 400, 140), await inkAt(page, 350, 250), await inkAt(page, 200, 150), await inkAt(page, 400, 200)]).toEqual([
        true,
        true,
        true,
        false,
      ])
      // neither the view nor the heat has moved
      expect([await view(page), await page.evaluate(() => window.probe.picture())]).toEqual([seen, before])
      expect(errors.splice(0)).toEqual([])
    })

    it.each([
      [1, 'linear'],
      [2, 'log'],
    ] as const)('stays at its time and price at other zooms, with %s device pixels and %s prices', async (scale, prices) => {
      const { page, errors } = await open(scale, prices)
      await use(page, 'line')
      await drag(page, [300, 100], [500, 180])
      const [line] = (await last(page)) as [Drawing]
      await page.mouse.move(420, 150)
      await page.mouse.wheel(0, -300)
      await page.keyboard.down('Shift')
      await page.mouse.wheel(0, 200)
      await page.keyboard.up('Shift')
      await settle(page)
      const pixels = await page.evaluate(
        (points) => points.map(({ time, price }) => window.probe.chart().internals().chart.convertToPixel({ gridIndex: 0 }, [time, price])),
        line.points,
      )
      const [[ax, ay], [bx, by]] = pixels as [[number, number], [number, number]]
      expect(ax).toBeLessThan(299)
      for (const part of [0.3, 0.5, 0.7]) {
        const [x, y] = [ax + part * (bx - ax), ay + part * (by - ay)]
        expect([await inkAt(page, x, y), await inkAt(page, x, y + 14)]).toEqual([true, false])
      }
      expect(errors.splice(0)).toEqual([])
    })

    it('selects, drags whole or by a handle, and deletes; a press beside moves the chart', async () => {
      const { page, errors } = await open()
      await use(page, 'line')
      await drag(page, [300, 100], [500, 180])
      const [first] = (await last(page)) as [Drawing]
      await page.mouse.click(700, 300) // beside: nothing is selected any more
      await drag(page, [400, 140], [440, 170])
      const [moved] = (await last(page)) as [Drawing]
      const [time, price] = (await at(page, 340, 130)) as [number, number]
      expect(Math.abs((moved.points[0]?.time ?? 0) - time)).toBeLessThan(2)
      expect((moved.points[0]?.price ?? 0) / price).toBeCloseTo(1, 9)
      await drag(page, [540, 210], [600, 260])
      const [bent] = (await last(page)) as [Drawing]
      expect(bent.points[0]).toEqual(moved.points[0])
      expect(bent.points[1]?.time).toBeGreaterThan(moved.points[1]?.time as number)
      expect(bent.id).toBe(first.id)
      expect(await page.evaluate(() => window.drawn.selected.at(-1))).toBe(first.id)

      const seen = await view(page)
      await drag(page, [700, 300], [700, 260])
      expect((await view(page)).priceLow).toBeLessThan(seen.priceLow)
      expect(await page.evaluate(() => window.drawn.selected.at(-1))).toBeNull()

      const count = (await lists(page)).length
      await page.keyboard.press('Delete') // nothing is selected
      expect((await lists(page)).length).toBe(count)
      await page.evaluate((id) => window.probe.chart().drawings.select(id), first.id)
      await page.locator('.fl-chart').focus()
      const still = await view(page)
      await page.keyboard.press('Shift+ArrowRight')
      await page.keyboard.press('ArrowUp')
      const [nudged] = (await last(page)) as [Drawing]
      expect(nudged.points[0]?.time).toBeGreaterThan(bent.points[0]?.time as number)
      expect(nudged.points[1]?.price).toBeGreaterThan(bent.points[1]?.price as number)
      expect(await view(page)).toEqual(still)
      await page.keyboard.press('Delete')
      expect(await last(page)).toEqual([])
      expect(errors.splice(0)).toEqual([])
    })

    it('takes a text as it is typed, draws it as text, and gives it up with Escape', async () => {
      const { page, errors } = await open()
      await use(page, 'text')
      await page.mouse.click(400, 150)
      const editor = page.getByRole('textbox', { name: 'Text of the drawing' })
      await editor.fill(HOSTILE)
      await editor.press('Enter')
      await settle(page)
      expect(await last(page)).toMatchObject([{ kind: 'text', text: HOSTILE, points: [{}] }])
      expect([await page.locator('.fl-chart img').count(), await editor.isVisible()]).toEqual([0, false])
      const count = (await lists(page)).length
      await use(page, 'text')
      await page.mouse.click(500, 250)
      await editor.fill('never mind')
      await editor.press('Escape')
      expect((await lists(page)).length).toBe(count)
      // a double click opens its words again; without any it is gone
      await page.mouse.dblclick(410, 158)
      expect(await editor.inputValue()).toBe(HOSTILE)
      await editor.fill(' ')
      await editor.press('Enter')
      expect(await last(page)).toEqual([])
      expect(errors.splice(0)).toEqual([])
    })

    it('gives up what is half drawn with Escape, then the tool', async () => {
      const { page } = await open()
      await use(page, 'line')
      await page.mouse.click(300, 100)
      await page.mouse.move(400, 150)
      await page.keyboard.press('Escape')
      await settle(page)
      expect([await lists(page), await inkAt(page, 350, 125)]).toEqual([[], false])
      await page.keyboard.press('Escape')
      expect(await page.evaluate(() => window.drawn.tools)).toEqual([null])
    })

    it('changes nothing where it is to be read only', async () => {
      const { page } = await open()
      await use(page, 'horizontal')
      await page.mouse.click(600, 150)
      const [level] = (await last(page)) as [Drawing]
      const count = (await lists(page)).length
      await page.evaluate(() => window.probe.chart().drawings.setReadOnly(true))
      await drag(page, [600, 150], [600, 200])
      await page.keyboard.press('Delete')
      expect((await lists(page)).length).toBe(count)
      expect(await page.evaluate(() => window.drawn.lists.at(-1))).toEqual([level])
    })

    it('is in the picture for a file, without handles, and cut at the plot', async () => {
      const { page } = await open()
      const shot = () =>
        page.evaluate(() => {
          const canvas = window.probe.chart().toCanvas({ title: 'x' })
          const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
          let hash = 0
          for (const value of data) hash = (hash * 31 + value) % 2 ** 31
          return hash
        })
      await page.mouse.move(5, 5)
      const none = await shot()
      await use(page, 'horizontal')
      await page.mouse.click(600, 150)
      await page.mouse.move(5, 5)
      await settle(page)
      const selected = await shot()
      await page.evaluate(() => window.probe.chart().drawings.select(null))
      await settle(page)
      expect(await shot()).toBe(selected)
      expect(selected).not.toBe(none)
      const box = await page.evaluate(() => {
        const element = document.querySelector('.fl-drawings')?.getBoundingClientRect() as DOMRect
        const chart = document.querySelector('.fl-chart')?.getBoundingClientRect() as DOMRect
        const { heat } = window.probe.chart().internals().layout
        return [
          element.left - chart.left - heat.x,
          element.top - chart.top - heat.y,
          element.width - heat.width,
          element.height - heat.height,
        ]
      })
      expect(box.every((off) => Math.abs(off) < 0.5)).toBe(true)
    })
  },
)
