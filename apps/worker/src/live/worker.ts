/** A worker process: follows the data sources that are enabled, as administrators change them, until it is told to stop. */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import path from 'node:path'
import { type Database, openDatabase } from '@faultline/db/database'
import type { Jobs } from '@faultline/db/jobs'
import { type Listener, listen } from '@faultline/db/notify'
import { type DataSourceRow, listDataSources } from '@faultline/db/repositories/data-sources'
import { openCredentials } from '@faultline/db/repositories/source-credentials'
import type { SecretBox } from '@faultline/db/secret-box'
import { FaultlineError } from '@faultline/market/errors'
import { type FeedVenueId, VENUES } from '@faultline/market/venue'
import { AggregateRunner } from '../aggregate/aggregate-runner.ts'
import { Alerts } from '../alerts/alerts.ts'
import type { VenueAddress } from '../env.ts'
import { BanFile } from '../feed/ban-file.ts'
import type { VenueFeed } from '../feed/venue-feed.ts'
import type { Ingest } from '../ingest/ingest.ts'
import { createIngest } from '../ingest/writer.ts'
import { type JobsEnv, startJobs } from '../jobs/start-jobs.ts'
import { messageOf } from '../message-of.ts'
import type { WorkerMetrics } from '../metrics/worker-metrics.ts'
import { ReadingsKeeper } from '../readings/keeper.ts'
import { keepRetention } from '../retention/retention-job.ts'
import { FEEDS } from '../venues/feeds.ts'
import { pause } from './pause.ts'
import { Serial } from './serial.ts'
import { SourceRunner } from './source-runner.ts'

export interface WorkerOptions {
  db: Database
  /** spool and bans of this worker */
  stateDir: string
  /** where a source without addresses of its own finds its venue; absent: at the venue's own hosts */
  addresses: Partial<Record<FeedVenueId, VenueAddress>>
  log: (line: string) => void
  leaseMs?: number | undefined
  /** how long sums over venues wait for a venue whose column is late */
  sumGraceMs?: number | undefined
  /** how much of the time a sum over venues may take to be made anew, at most */
  sumGeneratingShare?: number | undefined
  /** of the one that this worker is the successor of; absent: a new one */
  name?: string | undefined
  /** opens the venues' keys; absent: there are none */
  box?: SecretBox | undefined
  /** what it does is measured here; absent: nowhere */
  metrics?: WorkerMetrics | undefined
  /** what jobs need; absent: this worker does none, and evaluates no alerts */
  jobs?: JobsEnv | undefined
}

/** Whoever looks for changes that no notice told of. */
const LOOK_EVERY_MS = 30_000

export class Worker {
  private readonly options: WorkerOptions
  private readonly name: string
  private readonly stopping = new AbortController()
  private readonly runners = new Map<number, SourceRunner>()
  private readonly changes = new Serial()
  /** which source writes an instrument */
  private readonly claims = new Map<number, DataSourceRow>()
  private ingest: Ingest | null = null
  private caughtUp = false
  /** what was said last of a source that cannot be fed */
  private readonly told = new Map<number, string>()
  /** the ingest's connections: hundreds of lines that step at a minute's end do not stand before it */
  private readonly ingestDb: Database
  private readonly sums: AggregateRunner
  private readonly readings: ReadingsKeeper
  private listener: Listener | null = null
  private jobs: Jobs | null = null
  private startingJobs: Promise<void> = Promise.resolve()
  private alerts: Alerts | null = null
  private loop: Promise<unknown> = Promise.resolve()

  constructor(options: WorkerOptions) {
    this.options = options
    this.ingestDb = openDatabase({ url: options.db.url, poolSize: 2, applicationName: 'faultline ingest' })
    this.name = options.name ?? `worker (process ${process.pid} on ${hostname()}, ${randomBytes(3).toString('hex')})`
    const { db, log, leaseMs, sumGraceMs: graceMs, sumGeneratingShare: generatingShare } = options
    this.sums = new AggregateRunner({ db, worker: this.name, log, leaseMs, graceMs, generatingShare })
    this.readings = new ReadingsKeeper({ db, log, onStored: async () => this.alerts?.look() })
  }

  /** Resolves when the sources have been read and their feeds begin; waits for the database for as long as it takes. */
  async start(): Promise<void> {
    const { db, stateDir, log, metrics } = this.options
    const ingest = await createIngest({
      db: this.ingestDb,
      spoolDir: path.join(stateDir, 'spool'),
      worker: this.name,
      log,
      onLiveCommit: (lagMs) => metrics?.committed(lagMs),
    })
    this.ingest = ingest
    metrics?.watchIngest(() => ingest.stats)
    this.listener = listen({
      url: db.url,
      onMessage: (message) => {
        if (message.channel === 'sources') {
          void this.follow()
          this.runners.get(message.payload.id)?.lookForRequests()
        } else if (message.channel === 'columns') {
          this.sums.heard(message.payload)
          this.readings.heard()
        } else if (message.channel === 'aggregates') this.sums.lookSoon(0)
        else if (message.channel === 'people' && message.payload.subject === 'rule') this.alerts?.ruleChanged(message.payload.id)
      },
      onState: ({ state }) => {
        if (state !== 'listening') return
        void this.follow()
        // What came while nobody listened.
        this.sums.lookSoon(0)
        this.alerts?.ruleChanged()
      },
    })
    await this.listener.ready
    // the feeds do not wait for them
    this.startingJobs = this.startJobs()
    // What a worker before us left on disk says what it had covered: first that, then what is missing.
    await this.ingest.caughtUp(this.stopping.signal)
    this.caughtUp = true
    await this.follow()
    this.sums.start()
    this.readings.start()
    this.loop = Promise.all([this.lookAgain(), keepRetention({ db, log, signal: this.stopping.signal })])
  }

  /** Writes what is in memory, gives the leases back and ends. */
  async stop(): Promise<void> {
    this.stopping.abort()
    await this.listener?.close()
    await this.loop
    await Promise.all([this.sums.stop(), this.readings.stop()])
    await this.startingJobs
    await this.jobs?.close()
    await this.changes.run(async () => {
      await Promise.all([...this.runners.values()].map((runner) => runner.stop('stopped')))
      this.runners.clear()
    })
    await this.ingest?.close()
    await this.ingestDb.close()
  }

  private async startJobs(): Promise<void> {
    const { db, log, jobs: env } = this.options
    if (!env) return
    const jobs = await startJobs({ db, env, log, signal: this.stopping.signal })
    // told to stop meanwhile
    if (this.stopping.signal.aborted) return jobs?.close()
    this.jobs = jobs
    if (jobs) this.alerts = new Alerts({ db, jobs, log })
  }

  private async lookAgain(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await pause(LOOK_EVERY_MS, this.stopping.signal)
      if (!this.stopping.signal.aborted) await this.follow()
    }
  }

  /** Brings what runs in line with what the database says. A source that was changed is started anew. */
  private follow(): Promise<void> {
    const { db, log } = this.options
    const work = this.changes.run(async () => {
      if (this.stopping.signal.aborted || !this.caughtUp) return
      let sources: DataSourceRow[]
      try {
        sources = await listDataSources(db)
      } catch (error) {
        log(`the data sources could not be read: ${messageOf(error)}`)
        return
      }
      for (const [id, runner] of this.runners) {
        const now = sources.find((s) => s.id === id)
        if (now?.enabled && now.version === runner.source.version) continue
        this.runners.delete(id)
        await runner.stop(!now || now.enabled ? 'stopped' : 'paused')
        log(`${runner.source.name}: ${!now ? 'it was taken away' : now.enabled ? 'its settings have changed' : 'paused'}`)
      }
      for (const source of sources) {
        if (!source.enabled || this.runners.has(source.id)) continue
        try {
          await this.begin(source)
        } catch (error) {
          const told = `${source.name} cannot be fed: ${messageOf(error)}`
          if (this.told.get(source.id) !== told) log(told)
          this.told.set(source.id, told)
        }
      }
    })
    // Notices call this with nobody to answer to; whoever looks again later finds what is left to do.
    return work.catch((error: unknown) => log(`the data sources could not be followed: ${messageOf(error)}`))
  }

  private async begin(source: DataSourceRow): Promise<void> {
    const { db, log, leaseMs, metrics } = this.options
    if (!this.ingest) return
    const { ingest, name: worker, claims } = this
    const feed = await this.feedOf(source)
    const runner = new SourceRunner({
      db,
      ingest,
      source,
      feed,
      worker,
      log,
      leaseMs,
      claims,
      rivals: (id) =>
        [...this.runners.values()].filter((other) => other.source.id !== source.id && other.wants(id)).map((other) => other.source),
      metrics: metrics?.source(source),
    })
    this.runners.set(source.id, runner)
    runner.start()
  }

  /** @throws FaultlineError unavailable where nothing can feed the source */
  private async feedOf(source: DataSourceRow): Promise<VenueFeed> {
    const { addresses, stateDir, log } = this.options
    const { simulated, wire, name } = VENUES[source.venue]
    if (wire === null)
      throw new FaultlineError('unavailable', `${name} is a sum over venues and has no feed of its own. Remove this source.`)
    const own = addresses[source.venue as FeedVenueId]
    const restUrl = source.restUrl ?? own?.rest ?? null
    const wsUrl = source.wsUrl ?? own?.ws ?? null
    // Without an address a feed goes to the venue's own hosts: what comes from there is not simulated.
    if (simulated && (restUrl === null || wsUrl === null))
      throw new FaultlineError(
        'unavailable',
        'no simulated venue runs beside this worker. Start one (npm run -s faultline -- venue) and give the source its REST and WebSocket URL, or pause it.',
      )
    const create = await FEEDS[wire]()
    const { openInterestSides } = source.options
    const { db, box } = this.options
    const credentials = box ? await openCredentials(db, box, source.id) : {}
    return create({
      credentials,
      ...(openInterestSides === undefined ? {} : { openInterestSides }),
      restUrl,
      wsUrl,
      banFile: new BanFile(path.join(stateDir, 'bans.json')),
      log: (line) => log(`${source.name}: ${line}`),
    })
  }
}
