/** The workspace as a person uses it: with the mouse, the keyboard, a link, another browser, a phone. */
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { administrator, coloursOf, columns, heatmap, signIn } from './person.ts'

/** Compressed bytes of scripts that a first visit of a page may cost; docs/operations.md says what is in them. */
const SCRIPT_BUDGET_KB = 620

const ready = async (page: Page) => {
  await expect(heatmap(page)).toHaveAttribute('data-state', 'ready')
  await expect.poll(() => coloursOf(page)).toBeGreaterThan(10)
}
const pathOf = (page: Page) => new URL(page.url()).pathname
const key = async (page: Page) => (await heatmap(page).getAttribute('data-instrument')) ?? ''
const chart = (page: Page) => heatmap(page).getByRole('application')

test('wheel and drag load finer and older columns, and a link in another browser shows the same', async ({ page, browser }) => {
  await signIn(page)
  await page.getByRole('button', { name: '7d', exact: true }).click()
  await ready(page)
  await expect(heatmap(page)).toHaveAttribute('data-resolution', '5m')
  const box = await heatmap(page).boundingBox()
  if (!box) throw new Error('the heatmap has no box')
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.3)
  for (let i = 0; i < 8; i++) await page.mouse.wheel(0, -240)
  await expect(heatmap(page)).toHaveAttribute('data-resolution', '1m')
  await expect(page).toHaveURL(/from=\d+.*to=\d+/)
  await ready(page)

  const other = await browser.newContext()
  const second = await other.newPage()
  await signIn(second)
  await second.goto(page.url())
  await ready(second)
  for (const attribute of ['data-instrument', 'data-range', 'data-resolution', 'data-columns', 'data-bins'])
    await expect(heatmap(second)).toHaveAttribute(attribute, (await heatmap(page).getAttribute(attribute)) ?? '')
  await other.close()

  // The range that is chosen already is the way back.
  await page.getByRole('button', { name: '7d', exact: true }).click()
  await expect(heatmap(page)).toHaveAttribute('data-resolution', '5m')
  await expect(page).not.toHaveURL(/from=/)
})

test('panes are regions that can be switched, and the address keeps them', async ({ page }) => {
  await signIn(page)
  await ready(page)
  await expect(page.getByRole('region', { name: 'Funding', exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'View', exact: true }).click()
  const options = page.getByRole('region', { name: 'View options' })
  for (const name of ['Volume', 'CVD and taker flow', 'Risk index']) await options.getByRole('switch', { name }).click()
  await options.getByRole('switch', { name: 'Funding' }).click()
  await page.keyboard.press('Escape')
  for (const name of ['Open interest', 'Liquidations', 'Long/short ratio', 'Volume', 'CVD and taker flow', 'Risk index'])
    await expect(page.getByRole('region', { name, exact: true })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Funding', exact: true })).toHaveCount(0)
  await expect(page).toHaveURL(/p=interest(,|%2C)liquidations(,|%2C)ratios(,|%2C)volume(,|%2C)flow(,|%2C)risk/)
  await page.reload()
  await expect(page.getByRole('region', { name: 'Volume', exact: true })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Funding', exact: true })).toHaveCount(0)
})

test('the keyboard moves the chart and walks a crosshair that is read out', async ({ page }) => {
  await signIn(page)
  await ready(page)
  await chart(page).focus()
  await page.keyboard.press('+')
  await page.keyboard.press('+')
  await expect(page).toHaveURL(/from=\d+/)
  await page.keyboard.press('Home')
  await expect(page).not.toHaveURL(/from=/)
  await page.keyboard.press('x')
  const said = heatmap(page).locator('[aria-live]')
  await expect(said).toContainText(/longs.*shorts|shorts.*longs/i)
  const before = await said.textContent()
  await page.keyboard.press('Shift+ArrowLeft')
  await expect(said).not.toHaveText(before ?? '')
  await page.keyboard.press('Escape')
})

test('palette, sides and scale change colours without a request', async ({ page }) => {
  await signIn(page)
  await ready(page)
  await page.waitForLoadState('networkidle').catch(() => {})
  const asked: string[] = []
  page.on('request', (request) => /\/(views|tiles)\//.test(request.url()) && asked.push(request.url()))
  const shot = () =>
    heatmap(page).evaluate((el) => {
      const canvas = el.querySelector<HTMLCanvasElement>('canvas.fl-chart-heat')
      return canvas?.toDataURL().length ?? 0
    })
  const seen = new Set([await shot()])
  await page.getByRole('button', { name: 'View', exact: true }).click()
  const options = page.getByRole('region', { name: 'View options' })
  for (const name of ['Viridis', 'Longs', 'Percentile']) {
    await options.getByRole('button', { name, exact: true }).click()
    await expect(options.getByRole('button', { name, exact: true })).toHaveAttribute('aria-pressed', 'true')
    await expect.poll(async () => seen.has(await shot())).toBe(false)
    seen.add(await shot())
  }
  expect(asked.filter((url) => url.includes('/tiles/') && !/\/\d+m\/\d+$/.test(url))).toEqual([])
  await expect(page).toHaveURL(/pal=viridis/)
})

test('a replay shows the map as it was known then, and the link keeps the moment', async ({ page }) => {
  await signIn(page)
  await ready(page)
  await page.getByRole('button', { name: 'Replay', exact: true }).click()
  const replay = page.getByRole('region', { name: 'Replay' })
  await expect(replay).toContainText('Map as it was known at')
  const at = () => page.getByTestId('replay').getAttribute('data-at')
  const before = await at()
  await replay.getByRole('button', { name: 'One step forward' }).click()
  await expect.poll(at).not.toBe(before)
  await replay.getByRole('button', { name: 'Play', exact: true }).click()
  const playing = await at()
  await expect.poll(at).not.toBe(playing)
  await replay.getByRole('button', { name: 'Pause' }).click()
  await expect(page).toHaveURL(/at=\d+/)
  await replay.getByRole('button', { name: 'Leave replay' }).click()
  await expect(page).not.toHaveURL(/at=/)
})

test('readings stand beside the chart: risk, asymmetry, what a move would liquidate, clusters', async ({ page }) => {
  await signIn(page)
  await ready(page)
  const rail = page.getByRole('complementary', { name: 'Details' })
  for (const name of ['Risk index', 'Asymmetry', 'Nearest clusters', 'If price moves'])
    await expect(rail.getByRole('heading', { name })).toBeVisible()
  await expect(rail).toContainText(/80\s?%/)
})

test('the command palette finds an instrument by a few letters', async ({ page }) => {
  await signIn(page)
  await ready(page)
  await page.keyboard.press('Control+k')
  const search = page.getByRole('dialog').getByRole('combobox')
  await expect(search).toBeFocused()
  await search.fill('simspark')
  await expect(page.getByRole('dialog').getByRole('option').first()).toContainText('SIMSPARK')
  await page.keyboard.press('Enter')
  await expect.poll(() => pathOf(page)).toContain('SIMSPARK')
  await ready(page)
})

test('the map, the cascade and the screener open for the same market', async ({ page }) => {
  await signIn(page)
  await ready(page)
  const instrument = await key(page)
  const navigation = page.getByRole('navigation').first()
  await navigation.getByRole('link', { name: 'Map', exact: true }).click()
  await expect(page.getByTestId('liquidation-map')).toHaveAttribute('data-state', 'ready')
  await expect(page.getByTestId('liquidation-map')).toHaveAttribute('data-instrument', instrument)
  await navigation.getByRole('link', { name: 'Cascade', exact: true }).click()
  const cascade = page.getByTestId('cascade')
  await expect(cascade).toHaveAttribute('data-state', 'ready')
  const end = await cascade.getAttribute('data-end-price')
  await page.getByRole('slider', { name: /shock/i }).press('End')
  await expect.poll(() => cascade.getAttribute('data-end-price')).not.toBe(end)
  await navigation.getByRole('link', { name: 'Screener', exact: true }).click()
  await expect(page.getByTestId('screener')).toHaveAttribute('data-state', 'ready')
  await expect(page.getByRole('row').filter({ hasText: 'SIMOAK' }).first()).toBeVisible()
  await page.getByRole('columnheader', { name: /Price/ }).getByRole('button').click()
  await expect(page).toHaveURL(/sort=/)
})

test('accuracy is public and needs no scripts, the rest is not', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto('/accuracy')
  expect(pathOf(page)).toBe('/accuracy')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  for (const path of ['/map', '/cascade', '/screener', '/embed/simulated:SIMOAKUSDT', '/heatmap/simulated:SIMOAKUSDT']) {
    await page.goto(path)
    await expect(page).toHaveURL(/sign/)
  }
  await context.close()
})

test('what is seen can be taken along as PNG and CSV', async ({ page }) => {
  await signIn(page)
  await ready(page)
  for (const [name, suffix] of [
    [/PNG/, '.png'],
    [/CSV/, '.csv'],
  ] as const) {
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    const download = page.waitForEvent('download')
    await page.getByRole('menuitem', { name }).click()
    expect((await download).suggestedFilename()).toContain(suffix)
  }
})

const OF_PEOPLE = [
  '/saved',
  '/watchlists',
  '/alerts',
  '/teams',
  ...['sources', 'people', 'teams', 'plans', 'settings', 'audit', 'system'].map((name) => `/admin/${name}`),
]

test('nothing is wider than a small phone, on any page', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 780 })
  await signIn(page)
  await ready(page)
  for (const path of ['/', '/map', '/cascade', '/screener', '/accuracy', '/instruments', '/account', ...OF_PEOPLE]) {
    await page.goto(path)
    await expect(page.getByRole('heading', { level: 1 }).first()).toBeAttached()
    expect([path, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([path, 360])
  }
})

for (const theme of ['dark', 'light'] as const)
  test(`axe finds nothing on any page, ${theme}`, async ({ page }) => {
    await page.addInitScript((name) => localStorage.setItem('faultline-theme', name), theme)
    await page.goto('/')
    await expect(page).toHaveURL(/sign/)
    await clean(page)
    for (const path of ['/sign-up', '/reset', '/invitation/none', '/s/none']) {
      await page.goto(path)
      await clean(page)
    }
    await signIn(page)
    await ready(page)
    const instrument = await key(page)
    for (const path of [
      '/',
      `/map/${instrument}`,
      `/cascade/${instrument}`,
      '/screener',
      '/accuracy',
      `/embed/${instrument}`,
      '/instruments',
      '/account',
      ...OF_PEOPLE,
    ]) {
      await page.goto(path)
      await expect(page.getByRole('heading', { level: 1 }).first()).toBeAttached()
      await page.waitForLoadState('load')
      await clean(page)
    }
  })

async function clean(page: Page): Promise<void> {
  await page.waitForLoadState('load')
  // a button that has just come alive is on its way from one colour to another
  await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'))
  const { violations } = await new AxeBuilder({ page }).analyze()
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.target.join(' ')).join(' | ')}`)
  expect([new URL(page.url()).pathname, found]).toEqual([new URL(page.url()).pathname, []])
}

test('the first heatmap costs no more script than its budget', async ({ browser }) => {
  const context = await browser.newContext()
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  const scripts = new Set<string>()
  let bytes = 0
  session.on('Network.responseReceived', ({ requestId, type }) => type === 'Script' && scripts.add(requestId))
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength
  })
  await signIn(page, administrator)
  await ready(page)
  expect(await columns(page)).toBeGreaterThan(0)
  expect(bytes).toBeGreaterThan(100_000)
  expect(Math.round(bytes / 1024)).toBeLessThanOrEqual(SCRIPT_BUDGET_KB)
  await context.close()
})
