/**
 * Speed of the web front: a tile cold (composed from columns), after a start (read from the database), warm (from memory) and
 * as 304, and requests per second over keep-alive connections.
 *
 *   node bench/speed/web.bench.ts [--write]
 *
 * The front as the product runs it, session check included, in a process of its own against a throw-away Postgres; Next's
 * pages are left out. The client runs in this process on the same machine and takes its share of it: requests per second
 * are a lower bound. `--write` keeps the figures in bench/speed/results/web.json.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, createServer, type IncomingHttpHeaders, request } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '@faultline/db/database'
import { startPostgres } from '@faultline/db/embedded-postgres'
import { provision } from '@faultline/db/provision'
import { appendColumns, completeBuild, startBuild } from '@faultline/db/repositories/builds'
import { upsertInstrument } from '@faultline/db/repositories/instruments'
import { acquireLease } from '@faultline/db/repositories/leases'
import { startSession } from '@faultline/db/repositories/sessions'
import { createFirstAdministrator, findForSignIn } from '@faultline/db/repositories/users'
import type { Column } from '@faultline/market/column'
import { binOf } from '@faultline/market/price-grid'
import { tileIndexOf } from '@faultline/market/tile-build'
import { MINUTE_MS } from '@faultline/market/units'
import { openServices } from '../../apps/web/src/server/assemble.ts'
import { createFront } from '../../apps/web/src/server/front/front.ts'

const BUCKET_MS = 5 * MINUTE_MS
const START = Date.UTC(2024, 0, 1)
/** ten closed tiles and an open one */
const COLUMNS = 10 * 256 + 100
const BINS = 1_200
const SECONDS = 4
const CONNECTIONS = [1, 8, 32]
const SECRET = 'a secret of the benchmark, long enough'

/** The other process: the front on a free port, told to the parent. */
async function serve(): Promise<void> {
  const services = openServices({
    databaseUrl: process.env.DATABASE_APP_URL ?? '',
    authSecret: SECRET,
    publicUrl: new URL('http://127.0.0.1'),
    encryptionKeys: `bench:${Buffer.alloc(32).toString('base64')}`,
  })
  const publicUrl = new URL('http://127.0.0.1')
  const server = createServer(createFront({ services, publicUrl, pages: (_, response) => void response.end() }))
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
  process.on('disconnect', () => process.exit(0))
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-bench-web-'))
  const port = 20_000 + Math.floor(Math.random() * 12_000)
  const postgres = await startPostgres({ dataDir: join(folder, 'pg'), port, database: 'faultline', durable: false })
  try {
    const { appUrl } = await provision({ ownerUrl: postgres.url, stateDir: folder, log: () => {} })
    const { buildId, cookie } = await prepare(appUrl)
    const report = await measure(appUrl, buildId, cookie)
    console.log(JSON.stringify(report, null, 2))
    if (process.argv.includes('--write')) {
      const results = join(import.meta.dirname, 'results')
      mkdirSync(results, { recursive: true })
      const machine = {
        measured: new Date().toISOString(),
        cpu: cpus()[0]?.model ?? 'unknown',
        cores: cpus().length,
        node: process.version,
      }
      writeFileSync(join(results, 'web.json'), `${JSON.stringify({ ...machine, ...report }, null, 2)}\n`)
    }
  } finally {
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A build whose tiles are about as large as a real market's, and somebody who is signed in. */
async function prepare(appUrl: string): Promise<{ buildId: number; cookie: string }> {
  const db = openDatabase({ url: appUrl })
  try {
    const instrument = await upsertInstrument(db.pool, {
      venue: 'binance-usdm',
      symbol: 'BENCHUSDT',
      baseAsset: 'BENCH',
      quoteAsset: 'USDT',
      contractSize: 1,
      simulated: false,
    })
    const lease = await acquireLease(db, instrument.id, 'bench', 600_000)
    const build = await startBuild(db, lease, { modelVersion: 'bench-1', bucketMs: BUCKET_MS })
    for (let from = 0; from < COLUMNS; from += 512) {
      const columns = Array.from({ length: Math.min(512, COLUMNS - from) }, (_, i) => columnAt(from + i))
      const checkpointBucket = (columns.at(-1) as Column).bucketStart
      await appendColumns(db, lease, { buildId: build.id, columns, checkpoint: new Uint8Array([1]), checkpointBucket })
    }
    await completeBuild(db, lease, build.id)
    const email = 'bench@example.org'
    await createFirstAdministrator(db, { email, name: 'Bench', passwordHash: randomBytes(16).toString('hex') })
    const user = await findForSignIn(db, email)
    const userId = user?.id as string
    const sessionId = await startSession(db, { userId, method: 'password', ip: '', userAgent: 'bench' })
    // next-auth belongs to apps/web
    const fromWeb = createRequire(new URL('../../apps/web/server.ts', import.meta.url))
    const { encode }: { encode(options: object): Promise<string> } = fromWeb('next-auth/jwt')
    const token = await encode({ token: { userId, sessionVersion: 1, sessionId }, secret: SECRET, maxAge: 86_400 })
    return { buildId: build.id, cookie: `next-auth.session-token=${token}` }
  } finally {
    await db.close()
  }
}

/** Clusters that drift slowly, with gaps between them: compresses about as a real column does. */
function columnAt(i: number): Column {
  const centre = binOf(40_000 * Math.exp(0.02 * Math.sin(i / 300)))
  const usd = (salt: number, sign: 1 | -1) =>
    Float32Array.from({ length: BINS }, (_, j) => {
      const bin = centre + sign * j
      const cluster = Math.sin(bin / 7 + salt) * Math.sin(bin / 31 + salt + i / 900)
      return cluster < -0.3 ? 0 : 1e4 * Math.exp(3 * cluster + 0.3 * Math.sin(bin * 12.9898 + Math.floor(i / 20) * 78.233))
    })
  return {
    bucketStart: START + i * BUCKET_MS,
    bucketMs: BUCKET_MS,
    planes: { long: { firstBin: centre - BINS, usd: usd(0, -1) }, short: { firstBin: centre + 5, usd: usd(2, 1) } },
  }
}

async function measure(appUrl: string, buildId: number, cookie: string) {
  const first = tileIndexOf(START, BUCKET_MS) + 1
  const closed = Array.from({ length: 9 }, (_, i) => `/tiles/${buildId}/5m/${first + i}`)
  const path = closed[0] as string
  const headers = { cookie, 'accept-encoding': 'gzip' }
  const each = async (client: Client, paths: readonly string[]) => {
    const times: number[] = []
    for (const p of paths) times.push((await client.get(p, headers)).ms)
    return median(times)
  }

  let server = await startServer(appUrl)
  let client = new Client(server.port, 1)
  await client.get('/healthz', {})
  // the session's first check and the pool's first connection belong to no tile
  await client.get(`/tiles/${buildId}/5m/1`, headers)
  const composedMs = await each(client, closed)
  client.close()
  await stopServer(server.child)

  server = await startServer(appUrl)
  await sleep(500)
  client = new Client(server.port, 1)
  const afterStart = await client.get(path, headers)
  const storedMs = await each(client, closed.slice(1))
  const many = Array.from({ length: 200 }, () => path)
  await each(client, many)
  const warmMs = await each(client, many)
  const { etag } = afterStart.headers
  const times: number[] = []
  for (let i = 0; i < 200; i++) times.push((await client.get(path, { ...headers, 'if-none-match': String(etag) })).ms)
  const notModifiedMs = median(times)
  client.close()

  const throughput = []
  for (const [kind, extra] of [
    ['warm tile', {}],
    ['304', { 'if-none-match': String(etag) }],
  ] as const)
    for (const connections of CONNECTIONS)
      throughput.push({ kind, connections, ...(await hammer(server.port, connections, closed, { ...headers, ...extra })) })
  await stopServer(server.child)
  return {
    tileBytes: afterStart.bytes,
    seconds: SECONDS,
    millis: {
      coldComposed: round(composedMs),
      firstAfterStart: round(afterStart.ms),
      storedNotInMemory: round(storedMs),
      warm: round(warmMs),
      notModified: round(notModifiedMs),
    },
    throughput,
  }
}

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  bytes: number
  ms: number
}

class Client {
  private readonly agent: Agent
  private readonly port: number

  constructor(port: number, connections: number) {
    this.port = port
    this.agent = new Agent({ keepAlive: true, maxSockets: connections })
  }

  get(path: string, headers: Record<string, string>): Promise<Answer> {
    const begin = performance.now()
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: this.port, path, headers, agent: this.agent }, (answer) => {
        let bytes = 0
        answer.on('data', (part: Buffer) => {
          bytes += part.length
        })
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes, ms: performance.now() - begin }))
      })
      sent.on('error', reject)
      sent.end()
    })
  }

  close(): void {
    this.agent.destroy()
  }
}

/** As many requests as `connections` loops make in the time; anything but 200 and 304 is an error. */
async function hammer(port: number, connections: number, paths: readonly string[], headers: Record<string, string>) {
  const client = new Client(port, connections)
  const times: number[] = []
  let bytes = 0
  const begin = performance.now()
  const end = begin + SECONDS * 1_000
  await Promise.all(
    Array.from({ length: connections }, async (_, loop) => {
      for (let i = loop; performance.now() < end; i++) {
        // one tile's ETag for all when it is sent: a 304 for the others would be wrong
        const path = 'if-none-match' in headers ? (paths[0] as string) : (paths[i % paths.length] as string)
        const answer = await client.get(path, headers)
        if (answer.status !== 200 && answer.status !== 304) throw new Error(`${path} answered ${answer.status}`)
        times.push(answer.ms)
        bytes += answer.bytes
      }
    }),
  )
  const seconds = (performance.now() - begin) / 1_000
  client.close()
  const sorted = times.toSorted((a, b) => a - b)
  return {
    requestsPerSecond: Math.round(times.length / seconds),
    megabytesPerSecond: round(bytes / seconds / 1e6),
    p50Ms: round(sorted[Math.floor(sorted.length * 0.5)] ?? Number.NaN),
    p99Ms: round(sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN),
  }
}

function startServer(appUrl: string): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(import.meta.filename, ['--serve'], { env: { ...process.env, DATABASE_APP_URL: appUrl, NODE_ENV: 'production' } })
  return new Promise((resolve, reject) => {
    child.once('message', (port: number) => resolve({ child, port }))
    child.once('exit', (code) => reject(new Error(`The front ended with ${code}.`)))
  })
}

function stopServer(child: ChildProcess): Promise<void> {
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.disconnect()
  return gone
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

if (process.argv.includes('--serve')) await serve()
else await main()
