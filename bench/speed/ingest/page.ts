/** From the end of a bucket at the venue to the picture of it in open pages of a browser, and where the time goes. */
import { readFileSync } from 'node:fs'
import { type ClientRequest, get } from 'node:http'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, openDatabase } from '@faultline/db/database'
import { listen } from '@faultline/db/notify'
import { MINUTE_MS } from '@faultline/market/units'
import { type BrowserContext, chromium, type Page } from '@playwright/test'
import { startProduct } from '../../../e2e/start-product.mjs'
import { spread } from './measure.ts'

const SYMBOLS = 6
/** All of them are drawn, as if each were on a screen of its own. */
const TABS = 3
const READY_WITHIN_MS = 300_000
const PROBE_EVERY_MS = 20

/** What happens to one column, in this order; UTC ms. */
const STAGES = [
  'candleSent',
  'candleStored',
  'committed',
  'streamed',
  'viewAsked',
  'viewAnswered',
  'tilesAnswered',
  'shown',
  'painted',
] as const
type Stage = (typeof STAGES)[number]
/** by `SYMBOL bucketStart` */
type Columns = Map<string, Partial<Record<Stage, number>>>

export async function measurePage(minutes: number) {
  // The venue's clock is the wall's: the end of a bucket is a time of ours.
  process.env.FAULTLINE_VENUE_OPTIONS = '--speed 1 --history-days 1'
  const product = await startProduct()
  try {
    process.env.FAULTLINE_STATE_DIR = product.env.FAULTLINE_STATE_DIR
    const { database } = await import('../../../scripts/environment.mjs')
    const { appUrl, stop } = await database()
    const db = openDatabase({ url: appUrl, poolSize: 3 })
    const browser = await chromium.launch({
      ...(process.env.CHROMIUM_PATH ? { executablePath: process.env.CHROMIUM_PATH } : {}),
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-dev-shm-usage',
        '--disable-background-networking',
        '--no-first-run',
      ],
    })
    try {
      const shown = (await liveInstruments(db)).filter((_, i) => i % (SYMBOLS / TABS) === 0)
      const context = await browser.newContext({ viewport: { width: 1600, height: 1000 } })
      const pages = await openPages(context, product, shown)
      const control = controlPort(product.env.FAULTLINE_STATE_DIR ?? '')
      return await watch({ db, appUrl, context, pages, keys: shown, origin: product.origin, control }, minutes)
    } finally {
      await browser.close()
      await db.close()
      await stop()
    }
  } finally {
    await product.stop()
  }
}

/** Keys of the simulated instruments, when all of them are live and their history is done. */
async function liveInstruments(db: Database): Promise<string[]> {
  const end = Date.now() + READY_WITHIN_MS
  for (;;) {
    const { rows } = await db.pool.query<{ key: string; ready: boolean }>(
      `select i.key, f.state = 'live' and f.backfill is null as ready from feed_state f join instrument i on i.id = f.instrument_id
        where i.venue = 'simulated' order by i.key`,
    )
    if (rows.length === SYMBOLS && rows.every(({ ready }) => ready)) return rows.map(({ key }) => key)
    if (Date.now() > end) throw new Error(`not live in time: ${JSON.stringify(rows)}`)
    await sleep(1_000)
  }
}

/** One tab per instrument. They share one stream, as the tabs of one browser do. */
async function openPages(
  context: BrowserContext,
  product: { origin: string; email: string; password: string },
  keys: readonly string[],
): Promise<Page[]> {
  await context.addInitScript(recordChanges)
  const pages: Page[] = []
  for (const key of keys) {
    const page = await context.newPage()
    if (pages.length === 0) {
      await page.goto(product.origin)
      await page.getByLabel('Email', { exact: true }).fill(product.email)
      await page.getByLabel('Password', { exact: true }).fill(product.password)
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      await page.waitForURL((url) => !url.pathname.includes('sign'))
    }
    await page.goto(`${product.origin}/heatmap/${key}`)
    await page.waitForSelector('[data-testid=heatmap][data-state=ready]')
    pages.push(page)
  }
  return pages
}

interface Change {
  bucket: number
  shown: number
  /** after the frame that followed had been painted */
  painted: number
}

/** Runs in every page: notes when the heatmap says that it shows another bucket, and when that is on the screen. */
function recordChanges(): void {
  const changes: Change[] = []
  performance.setResourceTimingBufferSize(10_000)
  Object.assign(window, { shownBuckets: changes })
  let last = ''
  new MutationObserver(() => {
    const bucket = document.querySelector<HTMLElement>('[data-testid=heatmap]')?.dataset.lastBucket ?? ''
    if (bucket === last) return
    last = bucket
    const change = { bucket: Date.parse(bucket), shown: Date.now(), painted: 0 }
    changes.push(change)
    // A task after an animation frame comes when that frame has been handed to the compositor.
    requestAnimationFrame(() => setTimeout(() => Object.assign(change, { painted: Date.now() })))
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-last-bucket'] })
}

interface Watched {
  db: Database
  appUrl: string
  context: BrowserContext
  pages: readonly Page[]
  keys: readonly string[]
  origin: string
  /** the venue's control port */
  control: string
}

async function watch({ db, appUrl, context, pages, keys, origin, control }: Watched, minutes: number) {
  const columns: Columns = new Map()
  const begin = Math.ceil((Date.now() + 3_000) / MINUTE_MS) * MINUTE_MS
  const until = begin + (minutes - 1) * MINUTE_MS + 20_000
  /** the first time counts */
  const note = (key: string, bucket: number, stage: Stage, at: number): void => {
    if (bucket + MINUTE_MS < begin || !keys.includes(key)) return
    const name = `${key} ${bucket}`
    const column = columns.get(name) ?? {}
    columns.set(name, column)
    column[stage] ??= at
  }

  const listener = listen({
    url: appUrl,
    onMessage: ({ channel, payload }) => {
      if (channel === 'columns') note(payload.instrumentKey, payload.lastBucket, 'committed', Date.now())
    },
  })
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  const stream = followStream(`${origin}/api/stream/stream.follow`, cookie, (key, bucket) => note(key, bucket, 'streamed', Date.now()))
  while (Date.now() < until) {
    const { rows } = await db.pool.query<{ key: string; bucket: number }>(
      `select i.key, (select extract(epoch from max(c.open_time)) * 1000 from candle c where c.instrument_id = i.id and c.open_time > now() - interval '1 hour')::float8 as bucket
         from instrument i where i.venue = 'simulated'`,
    )
    const at = Date.now()
    for (const { key, bucket } of rows) note(key, bucket, 'candleStored', at)
    await sleep(PROBE_EVERY_MS)
  }
  stream.destroy()
  await listener.close()

  for (const { symbol, openTime, at } of await sentCandles(control)) note(`simulated:${symbol}`, openTime, 'candleSent', at)
  for (const [i, page] of pages.entries()) {
    const key = keys[i] as string
    const { changes, answers } = await page.evaluate(() => ({
      changes: (window as unknown as { shownBuckets: Change[] }).shownBuckets,
      answers: performance.getEntriesByType('resource').map((entry) => ({
        path: new URL(entry.name).pathname,
        from: performance.timeOrigin + entry.startTime,
        to: performance.timeOrigin + (entry as PerformanceResourceTiming).responseEnd,
      })),
    }))
    for (const { bucket, shown, painted } of changes) {
      note(key, bucket, 'shown', shown)
      if (painted > 0) note(key, bucket, 'painted', painted)
      const view = answers.findLast(({ path, to }) => path.startsWith('/views/') && to <= shown)
      if (!view) continue
      note(key, bucket, 'viewAsked', view.from)
      note(key, bucket, 'viewAnswered', view.to)
      const tiles = answers.filter(({ path, from, to }) => path.startsWith('/tiles/') && from >= view.to && to <= shown)
      note(key, bucket, 'tilesAnswered', Math.max(view.to, ...tiles.map(({ to }) => to)))
    }
  }
  return summarise(columns)
}

function summarise(columns: Columns) {
  const whole = [...columns].filter(([, times]) => STAGES.every((stage) => times[stage] !== undefined))
  const since = (stage: Stage) => whole.map(([name, times]) => (times[stage] as number) - (Number(name.split(' ')[1]) + MINUTE_MS))
  const step = (stage: Stage, i: number) => whole.map(([, times]) => (times[stage] as number) - (times[STAGES[i - 1] as Stage] as number))
  return {
    columns: whole.length,
    /** seen by some of the observers only: pages that showed a later column at once, columns at the edges of the time */
    incomplete: columns.size - whole.length,
    /** ms after the bucket's end */
    sinceCloseMs: Object.fromEntries(STAGES.map((stage) => [stage, spread(since(stage))])),
    /** ms after what came before */
    stepMs: Object.fromEntries(STAGES.slice(1).map((stage, i) => [stage, spread(step(stage, i + 1))])),
  }
}

function followStream(url: string, cookie: string, onColumn: (key: string, bucket: number) => void): ClientRequest {
  const asked = get(url, { headers: { cookie, accept: 'text/event-stream' } }, (answer) => {
    if (answer.statusCode !== 200) throw new Error(`the stream was answered with ${answer.statusCode}`)
    let text = ''
    answer.setEncoding('utf8')
    answer.on('data', (chunk: string) => {
      const parts = (text + chunk).split('\n\n')
      text = parts.pop() ?? ''
      for (const part of parts) {
        const [, key, bucket] = /"kind":"columns","instrumentKey":"([^"]+)".*"lastBucket":(\d+)/.exec(part) ?? []
        if (key) onColumn(key, Number(bucket))
      }
    })
    answer.on('error', () => {})
  })
  asked.on('error', () => {})
  return asked
}

async function sentCandles(control: string): Promise<{ symbol: string; openTime: number; at: number }[]> {
  const sent = []
  for (let after = 0; ; ) {
    const answer = await fetch(`${control}/ledger?channel=kline&closed=1&limit=1000&after=${after}`)
    const { entries, next } = (await answer.json()) as { entries: LedgerEntry[]; next: number }
    for (const { at, symbol, message } of entries) sent.push({ symbol, openTime: message.k.t, at })
    if (entries.length === 0 || next === after) return sent
    after = next
  }
}

interface LedgerEntry {
  at: number
  symbol: string
  message: { k: { t: number } }
}

/** The running product says in its state folder where its simulated venue listens. */
function controlPort(stateDir: string): string {
  const { control } = JSON.parse(readFileSync(path.join(stateDir, 'venue.json'), 'utf8')) as { control: string }
  return control
}
