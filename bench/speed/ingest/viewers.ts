/** Many viewers of the event stream on one web process: how soon each hears of a column, and what that process needs. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { type ClientRequest, get } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Database, openDatabase } from '@faultline/db/database'
import { startPostgres } from '@faultline/db/embedded-postgres'
import { provision } from '@faultline/db/provision'
import { appendColumns, completeBuild, startBuild } from '@faultline/db/repositories/builds'
import { upsertInstrument } from '@faultline/db/repositories/instruments'
import { acquireLease, type Lease } from '@faultline/db/repositories/leases'
import { startSession } from '@faultline/db/repositories/sessions'
import { createFirstAdministrator, findForSignIn } from '@faultline/db/repositories/users'
import { floorTo, MINUTE_MS } from '@faultline/market/units'
import { cpuSeconds, residentMegabytes, round, spread } from './measure.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const INSTRUMENTS = 8
const BINS = 1_000
const SETTLE_MS = 10_000
/** As the product does it: a column of each instrument at once, then nothing. Ten seconds stand for the minute between. */
const CALM = { rounds: 8, everyMs: 10_000 }
const STRESS = { columns: 600, everyMs: 100 }

export async function measureViewers(viewers: number) {
  const folder = mkdtempSync(path.join(tmpdir(), 'faultline-bench-viewers-'))
  const port = 20_000 + Math.floor(Math.random() * 12_000)
  const postgres = await startPostgres({ dataDir: path.join(folder, 'pg'), port, database: 'faultline' })
  let web: ChildProcess | undefined
  try {
    const { appUrl } = await provision({ ownerUrl: postgres.url, stateDir: folder, log: () => {} })
    const db = openDatabase({ url: appUrl })
    try {
      const authSecret = randomBytes(32).toString('base64url')
      const cookie = await signedIn(db, authSecret)
      const markets = await Promise.all(Array.from({ length: INSTRUMENTS }, (_, i) => Market.begin(db, `VIEW${i}USDT`)))
      web = await startWeb({
        DATABASE_APP_URL: appUrl,
        NEXTAUTH_SECRET: authSecret,
        FAULTLINE_ENCRYPTION_KEYS: `bench:${Buffer.alloc(32).toString('base64')}`,
        PORT: String(port + 1),
        NEXTAUTH_URL: `http://127.0.0.1:${port + 1}`,
      })
      return await run(viewers, markets, web.pid as number, { port: port + 1, cookie })
    } finally {
      await db.close()
    }
  } finally {
    if (web) await ended(web)
    await postgres.stop()
    for (const leftover of [postgres.dataDir, `${postgres.dataDir}.log`, folder]) rmSync(leftover, { recursive: true, force: true })
  }
}

async function run(count: number, markets: readonly Market[], pid: number, address: { port: number; cookie: string }) {
  await sleep(SETTLE_MS)
  const before = residentMegabytes(pid)
  /** when it was committed, by instrument and bucket; in between at the latest, see below */
  const begun = new Map<string, number>()
  let heard: number[] = []
  const viewers = Array.from(
    { length: count },
    () =>
      new Viewer(address, (news, at) => {
        const since = begun.get(news)
        if (since !== undefined) heard.push(at - since)
      }),
  )
  const opening = performance.now()
  await Promise.all(viewers.map((viewer) => viewer.opened))
  const openedMs = round(performance.now() - opening)
  await sleep(SETTLE_MS)
  const connected = residentMegabytes(pid)

  const transactions: number[] = []
  const add = async (market: Market): Promise<void> => {
    const bucket = market.nextBucket()
    begun.set(`${market.key} ${bucket}`, performance.timeOrigin + performance.now())
    transactions.push(await market.append(bucket))
  }
  const phase = async (columns: number, work: () => Promise<void>) => {
    heard = []
    transactions.length = 0
    const cpu = cpuSeconds(pid)
    const begin = performance.now()
    await work()
    const seconds = (performance.now() - begin) / 1_000
    const cores = round((cpuSeconds(pid) - cpu) / seconds, 2)
    await sleep(2_000)
    return {
      columns,
      columnsPerSecond: round(columns / seconds, 1),
      /** from the beginning of the transaction that writes the column to its news at a viewer */
      receivedMs: spread(heard),
      /** news that never came: a later column of the same instrument took its place */
      overtaken: columns * count - heard.length,
      transactionMs: spread(transactions),
      webCores: cores,
    }
  }
  const calm = await phase(CALM.rounds * markets.length, async () => {
    for (let i = 0; i < CALM.rounds; i++) {
      await Promise.all([...markets.map(add), sleep(CALM.everyMs)])
    }
  })
  const stress = await phase(STRESS.columns, async () => {
    for (let i = 0; i < STRESS.columns; i++) await Promise.all([add(markets[i % markets.length] as Market), sleep(STRESS.everyMs)])
  })
  const loaded = residentMegabytes(pid)
  const broken = viewers.filter((viewer) => viewer.broken).length
  for (const viewer of viewers) viewer.leave()
  await sleep(3 * SETTLE_MS)
  return {
    viewers: count,
    openedMs,
    brokenStreams: broken,
    calm,
    stress,
    webMegabytes: { before, connected, afterStress: loaded, afterTheyLeft: residentMegabytes(pid) },
  }
}

/** One plain HTTP client of the stream. */
class Viewer {
  readonly opened: Promise<void>
  broken = false
  private readonly request: ClientRequest
  private left = false

  constructor({ port, cookie }: { port: number; cookie: string }, onColumn: (news: string, at: number) => void) {
    let isOpen = () => {}
    let failed = (_error: Error) => {}
    this.opened = new Promise((resolve, reject) => {
      isOpen = resolve
      failed = reject
    })
    const headers = { cookie, accept: 'text/event-stream' }
    this.request = get({ host: '127.0.0.1', port, path: '/api/stream/stream.follow', headers, agent: false }, (answer) => {
      if (answer.statusCode !== 200) failed(new Error(`the stream was answered with ${answer.statusCode}`))
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        const at = performance.timeOrigin + performance.now()
        isOpen()
        text += chunk
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const message = text.slice(0, end)
          text = text.slice(end + 2)
          const [, key, bucket] = /"kind":"columns","instrumentKey":"([^"]+)".*"lastBucket":(\d+)/.exec(message) ?? []
          if (key) onColumn(`${key} ${bucket}`, at)
        }
      })
      answer.on('close', () => {
        this.broken = !this.left
      })
      answer.on('error', () => {})
    })
    this.request.on('error', failed)
  }

  leave(): void {
    this.left = true
    this.request.destroy()
  }
}

class Market {
  readonly key: string
  private readonly db: Database
  private readonly lease: Lease
  private readonly buildId: number
  private bucket: number

  private constructor(db: Database, key: string, lease: Lease, buildId: number) {
    this.db = db
    this.key = key
    this.lease = lease
    this.buildId = buildId
    this.bucket = floorTo(Date.now(), MINUTE_MS) - 1_440 * MINUTE_MS
  }

  static async begin(db: Database, symbol: string): Promise<Market> {
    const definition = { venue: 'simulated' as const, symbol, baseAsset: symbol.slice(0, -4), quoteAsset: 'USDT', contractSize: 1 }
    const { id, key } = await upsertInstrument(db.pool, { ...definition, simulated: true })
    const lease = await acquireLease(db, id, 'bench', 3_600_000)
    const build = await startBuild(db, lease, { modelVersion: 'bench-1', bucketMs: MINUTE_MS })
    const market = new Market(db, key, lease, build.id)
    await market.append(market.nextBucket())
    await completeBuild(db, lease, build.id)
    return market
  }

  nextBucket(): number {
    this.bucket += MINUTE_MS
    return this.bucket
  }

  /** Ms that the transaction took. */
  async append(bucketStart: number): Promise<number> {
    const usd = () => Float32Array.from({ length: BINS }, (_, i) => 1e4 * (1 + Math.sin(i / 7)))
    const planes = { long: { firstBin: 4_000, usd: usd() }, short: { firstBin: 4_000 + BINS, usd: usd() } }
    const columns = [{ bucketStart, bucketMs: MINUTE_MS, planes }]
    const begin = performance.now()
    await appendColumns(this.db, this.lease, {
      buildId: this.buildId,
      columns,
      checkpoint: new Uint8Array([1]),
      checkpointBucket: bucketStart,
    })
    return performance.now() - begin
  }
}

async function signedIn(db: Database, secret: string): Promise<string> {
  const email = 'bench@example.org'
  await createFirstAdministrator(db, { email, name: 'Bench', passwordHash: randomBytes(16).toString('hex') })
  const user = await findForSignIn(db, email)
  const userId = user?.id as string
  const sessionId = await startSession(db, { userId, method: 'password', ip: '', userAgent: 'bench' })
  // next-auth belongs to apps/web
  const fromWeb = createRequire(new URL('../../../apps/web/server.ts', import.meta.url))
  const { encode }: { encode(options: object): Promise<string> } = fromWeb('next-auth/jwt')
  const token = await encode({ token: { userId, sessionVersion: 1, sessionId }, secret, maxAge: 86_400 })
  return `next-auth.session-token=${token}`
}

/** The web process of the product, as scripts/start.mjs starts it. */
function startWeb(given: Record<string, string>): Promise<ChildProcess> {
  const env = { ...process.env, NODE_ENV: 'production' as const, HOST: '127.0.0.1', FAULTLINE_ROOT: root, ...given }
  const child = spawn(process.execPath, [path.join(root, 'apps/web/server.ts')], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve(child))
    child.once('exit', (code) => reject(new Error(`the web process ended with ${code}`)))
  })
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  await gone
}
