/**
 * The heat in a real browser: is every pixel where the axes say, do marks and the profile move with it, and is what is seen what is
 * exported? Skipped, with the reason in the name, where there is no Chromium.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, NO_CHROMIUM, type Stage } from './browser.ts'
import type {} from './page/heat-kit.ts'
import type {} from './page/probe.ts'
import { joinStage, probePages } from './stage.ts'

const executable = chromiumPath()
const minute = 60_000

describe.skipIf(executable === null)(
  executable === null ? `heat in a browser (skipped: ${NO_CHROMIUM})` : 'heat in a browser',
  { timeout: 60_000 },
  () => {
    let stage: Stage
    let probePage: ReturnType<typeof probePages>
    beforeAll(async () => {
      stage = await joinStage()
      probePage = probePages(stage, 'heat-kit.ts')
    }, 60_000)
    afterAll(async () => stage?.close())

    it.each([
      { dpr: 1, bins: 900 },
      { dpr: 1.5, bins: 1600 },
      { dpr: 2, bins: 2600 },
    ])('puts every cell under the pixel that linear and log axes say, at $dpr device pixels per pixel', async ({ dpr, bins }) => {
      const { page, errors } = await probePage(dpr)
      const results = await page.evaluate(
        ({ minute, bins }) => {
          window.probe.open({ columns: 720, bins, resolutionMs: minute, noise: true })
          const linear = window.probe.align({ viewports: 12, samples: 300 })
          window.probe.chart().setPriceScale('log')
          return [linear, window.probe.align({ viewports: 12, samples: 300 })]
        },
        { minute, bins },
      )
      expect(errors.splice(0)).toEqual([])
      for (const result of results) {
        expect(result.points).toBeGreaterThan(500)
        expect(Math.min(...result.sides)).toBeGreaterThan(150)
        expect(result.minified).toBeGreaterThan(150)
        expect(result).toMatchObject({ mismatches: 0, misread: 0, lost: 0 })
        // The control: compared one pixel beside, the same check must fail.
        expect(Math.min(result.right, result.down)).toBeGreaterThan(result.points / 20)
      }
      // The two axes are not the same picture.
      expect(results[0]).not.toEqual(results[1])
    })

    it('does so with more columns than pixels, from coarser levels', async () => {
      const { page, errors } = await probePage(1)
      const result = await page.evaluate((minute) => {
        window.probe.open({ columns: 8640, bins: 400, resolutionMs: minute, noise: true })
        return window.probe.align({ viewports: 10, samples: 300 })
      }, minute)
      expect(errors.splice(0)).toEqual([])
      expect(result.minified).toBeGreaterThan(1000)
      expect(result).toMatchObject({ mismatches: 0, misread: 0, lost: 0 })
      expect(Math.min(result.right, result.down)).toBeGreaterThan(result.points / 20)
    })

    it('changes palette, scale and sides by colours alone: no option is set, and what is drawn has other colours', async () => {
      const { page, errors } = await probePage(1)
      const r = await page.evaluate((minute) => {
        window.probe.open({ columns: 288, bins: 600, resolutionMs: 5 * minute })
        const chart = window.probe.chart()
        const { chart: echarts } = chart.internals()
        let options = 0
        const setOption = echarts.setOption.bind(echarts) as (...args: unknown[]) => void
        echarts.setOption = ((...args: unknown[]) => {
          options++
          setOption(...args)
        }) as typeof echarts.setOption
        const pictures: number[] = [window.probe.picture()]
        const after = (change: () => void) => {
          change()
          pictures.push(window.probe.picture())
        }
        for (const palette of ['viridis', 'cividis', 'contrast'] as const) after(() => chart.setPalette(palette))
        after(() => chart.setSides('long'))
        after(() => chart.setSides('short'))
        after(() => chart.setSides('both'))
        after(() => chart.setPalette('twin'))
        after(() => chart.setHeatScale('percentile'))
        after(() => chart.setHeatScale('absolute'))
        const recolour = options
        chart.setTheme('light')
        return { pictures, recolour, theme: options }
      }, minute)
      expect(errors.splice(0)).toEqual([])
      expect(r.recolour).toBe(0)
      // The counter counts: a theme does set options.
      expect(r.theme).toBeGreaterThan(0)
      const [twin, viridis, cividis, contrast, long, short, both, twinAgain, percentile, absolute] = r.pictures
      expect(new Set([twin, viridis, cividis, contrast, long, short, percentile]).size).toBe(7)
      expect([both, twinAgain, absolute]).toEqual([contrast, twin, twin])
    })

    it.each(['linear', 'log'] as const)('moves labels and marks with the view, in the same turn, on a %s axis', async (scale) => {
      const { page, errors } = await probePage(1)
      const r = await page.evaluate(
        ({ minute, scale }) => {
          window.probe.open({ columns: 576, bins: 900, resolutionMs: 5 * minute, scale })
          const chart = window.probe.chart()
          chart.setData(window.heatKit.withMarks(window.probe.data()))
          const { from, to, priceLow, priceHigh } = chart.view()
          const { heat } = chart.internals().layout
          const middles = (selector: string) =>
            [...document.querySelectorAll<HTMLElement>(selector)]
              .filter((e) => e.offsetParent !== null)
              .map((e) => {
                const box = e.getBoundingClientRect()
                return { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2, right: box.right, text: e.textContent ?? '' }
              })
          const seen = () => ({
            labels: middles('.fl-cluster-text'),
            sweeps: middles('.fl-swept-diamond'),
            breakouts: middles('.fl-breakout-shape'),
            prices: chart.internals().chart,
          })
          const place = (price: number) =>
            (chart.internals().chart.convertToPixel({ gridIndex: 0 }, [to - 1, price]) as number[])[1] as number
          const clusters = window.heatKit.withMarks(window.probe.data()).clusters ?? []
          /** each label's distance to the level of some cluster with the same words */
          const offs = (labels: { y: number }[]) => labels.map((l) => Math.min(...clusters.map((c) => Math.abs(place(c.price) - l.y))))
          const out = []
          for (const view of [
            { from, to, priceLow, priceHigh },
            { from: from + (to - from) / 2, to, priceLow: priceLow * 1.02, priceHigh: priceHigh * 0.99 },
            { from, to: to - (to - from) / 3, priceLow, priceHigh },
          ]) {
            chart.setView(view)
            const { labels, sweeps, breakouts } = seen()
            out.push({ labels, sweeps, breakouts, offs: offs(labels) })
          }
          chart.setView({ from, to, priceLow, priceHigh })
          chart.setSides('long')
          const longs = seen().labels.map((l) => l.text)
          chart.setSides('both')
          chart.setHeatVisible(false)
          return { heat, out, longs, hidden: seen().labels.length }
        },
        { minute, scale },
      )
      expect(errors.splice(0)).toEqual([])
      const [whole, closer, past] = r.out as [(typeof r.out)[0], (typeof r.out)[0], (typeof r.out)[0]]
      for (const { labels, sweeps, offs } of [whole, closer]) {
        expect(labels.length).toBeGreaterThan(2)
        expect(labels.length).toBeLessThanOrEqual(8)
        expect(sweeps.length).toBeLessThanOrEqual(6)
        // At the plot's edge a label is moved inside by half its height at most.
        for (const off of offs) expect(off).toBeLessThan(13)
        expect(offs.filter((off) => off < 1).length).toBeGreaterThanOrEqual(offs.length - 2)
        const ys = labels.map((l) => l.y).sort((a, b) => a - b)
        ys.slice(1).forEach((y, i) => {
          expect(y - (ys[i] as number)).toBeGreaterThanOrEqual(21)
        })
        for (const label of labels) expect(label.right).toBeCloseTo(r.heat.x + r.heat.width - 4, 0)
      }
      expect(whole.sweeps.length).toBeGreaterThan(0)
      expect(whole.breakouts.length).toBeGreaterThan(0)
      expect(closer.labels.map((l) => l.y)).not.toEqual(whole.labels.map((l) => l.y))
      // Away from the newest column its clusters say nothing.
      expect(past.labels).toEqual([])
      expect(r.longs.length).toBeGreaterThan(0)
      for (const text of r.longs) expect(text).toMatch(/^\$[\d.]+[kMB]longs[−+][\d.]+%$/)
      expect(r.hidden).toBe(0)
    })

    it.each(['linear', 'log'] as const)('keeps the profile on the price axis of the heat, in the same turn: %s', async (scale) => {
      const { page, errors } = await probePage(1)
      const r = await page.evaluate(
        ({ minute, scale }) => {
          window.probe.open({ columns: 288, bins: 900, resolutionMs: 5 * minute, scale })
          const chart = window.probe.chart()
          const host = document.createElement('div')
          Object.assign(host.style, { position: 'absolute', left: '700px', top: '0', width: '200px', height: '640px' })
          document.body.append(host)
          const profile = new window.heatKit.ProfileChart(host, { theme: 'dark' })
          profile.setData(window.heatKit.profileOf(window.probe.data()))
          chart.linkProfile(profile)
          const { from, to, priceLow, priceHigh } = chart.view()
          const offs: number[] = []
          const counts: number[] = []
          for (const [low, high] of [
            [priceLow, priceHigh],
            [priceLow * 1.01, priceHigh * 0.97],
          ] as const) {
            chart.setView({ from, to, priceLow: low, priceHigh: high })
            const { picture, canvas } = profile.internals()
            if (!picture) throw new Error('nothing is drawn')
            for (const part of [0.1, 0.4, 0.8]) {
              const price = low + part * (high - low)
              const y = (chart.internals().chart.convertToPixel({ gridIndex: 0 }, [to - 1, price]) as number[])[1] as number
              offs.push(Math.abs(picture.y.toY(price) - y))
            }
            // Colours of the tiers stand where the bars are.
            const pixels = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(0, 0, 1, canvas.height).data
            const kinds = new Set<number>()
            for (let i = 0; i < pixels.length; i += 4)
              kinds.add(((pixels[i] as number) << 16) | ((pixels[i + 1] as number) << 8) | (pixels[i + 2] as number))
            counts.push(Number(kinds.has(0x1f3b77)) + Number(kinds.has(0x6c1d35)))
          }
          host.querySelector('.fl-profile')?.dispatchEvent(new PointerEvent('pointermove', { clientX: 750, clientY: 60, bubbles: true }))
          const text = host.querySelector('.fl-profile-tooltip')?.textContent ?? ''
          profile.dispose()
          host.remove()
          return { offs, counts, text, left: host.childElementCount }
        },
        { minute, scale },
      )
      expect(errors.splice(0)).toEqual([])
      expect(Math.max(...r.offs)).toBeLessThan(0.01)
      expect(r.counts).toEqual([2, 2])
      expect(r.text).toMatch(/– [\d,.]+\+[\d.]+%Shorts, est\.\$[\d.]+[kM]?80 % interval\$[\s\S]*≤5×\$[\s\S]*Shorts up to here\$/)
      expect(r.left).toBe(0)
    })

    it('exports what is seen: the heat pixel by pixel, with words around it', async () => {
      const { page, errors } = await probePage(1.5)
      const r = await page.evaluate(
        ({ minute }) => {
          window.probe.open({ columns: 288, bins: 900, resolutionMs: 5 * minute, symbol: '<img src=x onerror=alert(1)>' })
          const chart = window.probe.chart()
          const pixelsOf = (canvas: HTMLCanvasElement) =>
            new Uint32Array(
              (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(0, 0, canvas.width, canvas.height).data.buffer,
            )
          const options = { title: '<img src=x onerror=alert(1)> 3d', subtitle: 'Estimated, not exact', footer: 'Faultline' }
          const plain = chart.toCanvas(options)
          chart.setData(window.heatKit.withMarks(window.probe.data()))
          const marked = chart.toCanvas(options)
          const [a, b] = [pixelsOf(plain), pixelsOf(marked)]
          const { heat } = chart.internals().layout
          const dpr = window.devicePixelRatio
          /** pixels that differ in a box of the chart */
          const differ = (x0: number, x1: number) => {
            let n = 0
            for (let y = Math.ceil((54 + heat.y) * dpr); y < (54 + heat.y + heat.height) * dpr; y++)
              for (let x = Math.ceil(x0 * dpr); x < x1 * dpr; x++) if (a[y * plain.width + x] !== b[y * plain.width + x]) n++
            return n
          }
          const ground = (from: number, to: number) => {
            const colours = new Set(a.subarray(Math.round(from * dpr) * plain.width, Math.round(to * dpr) * plain.width))
            return colours.size
          }
          return {
            size: [plain.width, plain.height],
            labels: differ(heat.x + heat.width - 140, heat.x + heat.width),
            head: ground(4, 50),
            foot: ground(54 + 640 + 6, 54 + 640 + 26),
            heat: ground(60 + heat.y, 60 + heat.y + heat.height / 2),
            images: document.querySelectorAll('img').length,
          }
        },
        { minute },
      )
      expect(errors.splice(0)).toEqual([])
      expect(r.size).toEqual([1500, Math.round((640 + 54 + 30) * 1.5)])
      expect(r.labels).toBeGreaterThan(1000)
      // Letters have many shades; an empty strip would have one.
      expect(r.head).toBeGreaterThan(20)
      expect(r.foot).toBeGreaterThan(20)
      expect(r.heat).toBeGreaterThan(100)
      expect(r.images).toBe(0)
    })
  },
)
