/** Pictures of the workbench for the eye: `node test/screenshots.ts OUT [name…]`. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { chromiumPath, openStage } from './browser.ts'

interface Shot {
  query: string
  width: number
  height: number
  hover?: [number, number]
}

const SHOTS: Record<string, Shot> = {
  dark: { query: '?theme=dark', width: 868, height: 900, hover: [300, 200] },
  light: { query: '?theme=light', width: 868, height: 900, hover: [600, 400] },
  wide: { query: '?days=30&res=1800000&gap&partial', width: 1300, height: 760 },
  log: { query: '?scale=log&days=12&res=1800000&bucket=1800000', width: 1000, height: 700, hover: [500, 560] },
  panes: { query: '?panes=all&days=3&gap', width: 868, height: 900, hover: [300, 200] },
  'panes-light': { query: '?panes=all&theme=light', width: 868, height: 1000, hover: [600, 740] },
  line: { query: '?price-style=line&panes=volume', width: 868, height: 640 },
  mobile: { query: '?days=1', width: 390, height: 480, hover: [200, 150] },
  cheap: { query: '?price=0.000012&nopanes', width: 868, height: 640, hover: [500, 200] },
  loading: { query: '?state=loading&noheat', width: 868, height: 640 },
  empty: { query: '?state=empty&nodata', width: 868, height: 500 },
  error: { query: '?state=error', width: 868, height: 640 },
  kit: { query: '?kit', width: 820, height: 640 },
  'kit-light': { query: '?kit&theme=light', width: 820, height: 640 },
}

const [out = 'screenshots', ...names] = process.argv.slice(2)
const executable = chromiumPath()
if (!executable) throw new Error('no Chromium found')
mkdirSync(out, { recursive: true })
const stage = await openStage(executable)
try {
  for (const [name, shot] of Object.entries(SHOTS)) {
    if (names.length > 0 && !names.includes(name)) continue
    const page = await stage.browser.newPage({ viewport: { width: shot.width, height: shot.height } })
    page.on('pageerror', (error) => console.error(name, error.message))
    page.on('console', (message) => message.type() === 'error' && console.error(name, message.text()))
    await page.goto(stage.url + shot.query)
    await page.waitForSelector('#host > *')
    await page.evaluate(() => document.fonts.ready)
    await page.waitForTimeout(400)
    if (shot.hover) await page.mouse.move(...shot.hover)
    await page.waitForTimeout(100)
    await page.screenshot({ path: path.join(out, `${name}.png`) })
    await page.close()
  }
} finally {
  await stage.close()
}
