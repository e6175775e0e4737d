/**
 * What a venue can do to a running product, by the fault control of the simulated one: how soon it is seen, how soon everything
 * is back, and after each fault the venue's ledger against the database.
 *
 *   npm run bench -- faults/venue [--only stall,ban] [--write]
 *
 * Exit code 1 when anything is missing or double, a fault is not seen, or a limit of the venue is not obeyed. `--write` keeps the
 * figures in bench/faults/results/venue.json.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { compare, type InstrumentFigures } from './compare.ts'
import { servicePid } from './processes.ts'
import { openProduct, type Product } from './product.ts'
import { machine, seconds, writeResults } from './report.ts'
import { verify } from './verify.ts'
import { Watch } from './watch.ts'

const WITHIN_MS = 120_000
const SETTLED_WITHIN_MS = 300_000

interface Scene {
  name: string
  /** what is done, and waited for until it ends; gives what was seen */
  play(stage: Stage): Promise<Seen>
}
interface Stage {
  product: Product
  watch: Watch
  begun: number
}
interface Seen {
  /** from the fault to the first word of it (the market or a channel late, the venue's first refusal), s; null where none is called for */
  detectedAfter: number | null
  /** our clock, when the fault was over */
  over: number
  problems?: string[]
  notes?: Record<string, number | string>
}

/** Of the first instrument: every fault here concerns all of them. */
async function detected({ product, watch, begun }: Stage): Promise<number> {
  const at = await watch.trouble(product.symbols[0] ?? '', WITHIN_MS)
  return seconds(at - begun)
}
const until = (time: number): Promise<void> => sleep(Math.max(0, time - Date.now()))

function killWorker(product: Product): void {
  const pid = servicePid(product.pid, 'worker')
  if (pid === null) throw new Error('The worker was to be killed and is not running.')
  process.kill(pid, 'SIGKILL')
}

/** A limit of the venue: while it lasts not one request may come, whatever happens to the worker. */
async function limited({ product }: Stage, kind: 'rateLimit' | 'ban'): Promise<Seen> {
  const { venue } = product
  // The answer that tells of it has to be asked for; open interest is, within a minute.
  const { next } = await venue.requests(0)
  const fault = await venue.fault({ kind, seconds: 70 })
  let told: number | null = null
  while (told === null && Date.now() < fault.until - 8_000) {
    await sleep(100)
    told = (await venue.requests(next)).entries.find((r) => r.status === 429 || r.status === 418)?.at ?? null
  }
  if (told === null) {
    await until(fault.until)
    return { detectedAfter: null, over: fault.until, problems: [`no request came while ${kind} was on: nothing was tested`] }
  }
  await sleep(3_000)
  killWorker(product)
  await until(fault.until)
  const { entries } = await venue.requests(next)
  // Two may be under way when the first answer comes.
  const inside = entries.filter((r) => r.at > (told ?? 0) + 250 && r.at < fault.until)
  return {
    detectedAfter: seconds(told - fault.from),
    over: fault.until,
    problems:
      inside.length > 0
        ? [
            `${inside.length} requests came inside ${kind}: ${inside
              .slice(0, 5)
              .map((r) => `${r.path} after ${seconds(r.at - (told ?? 0))} s`)
              .join(', ')}`,
          ]
        : [],
    notes: { requestsInside: inside.length },
  }
}

async function quarantined(product: Product): Promise<number> {
  const { rows } = await product.db.pool.query<{ count: number }>('select coalesce(max(id), 0)::int as count from quarantine')
  return rows[0]?.count ?? 0
}

const SCENES: Scene[] = [
  {
    name: 'stall, pings answered',
    async play(stage) {
      const fault = await stage.product.venue.fault({ kind: 'stall', seconds: 30 })
      const detectedAfter = await detected(stage)
      await until(fault.until)
      return { detectedAfter, over: fault.until }
    },
  },
  {
    name: 'sockets cut for 30 s',
    async play(stage) {
      const fault = await stage.product.venue.fault({ kind: 'cut', seconds: 30 })
      const detectedAfter = await detected(stage)
      await until(fault.until)
      return { detectedAfter, over: fault.until }
    },
  },
  {
    name: 'sockets and REST cut for 30 s',
    async play(stage) {
      const fault = await stage.product.venue.fault({ kind: 'cut', seconds: 30, rest: true })
      const detectedAfter = await detected(stage)
      await until(fault.until)
      return { detectedAfter, over: fault.until }
    },
  },
  { name: '429, the worker killed meanwhile', play: (stage) => limited(stage, 'rateLimit') },
  { name: '418, the worker killed meanwhile', play: (stage) => limited(stage, 'ban') },
  {
    name: 'history dump on subscribe',
    async play({ product }) {
      const dump = await product.venue.fault({ kind: 'dump', seconds: 20, count: 200 })
      await product.venue.fault({ kind: 'cut', seconds: 1 })
      await until(dump.until)
      return { detectedAfter: null, over: dump.until }
    },
  },
  {
    name: 'every message twice',
    async play({ product }) {
      const fault = await product.venue.fault({ kind: 'duplicate', seconds: 30 })
      await until(fault.until)
      return { detectedAfter: null, over: fault.until }
    },
  },
  {
    name: 'messages out of order',
    async play({ product }) {
      const fault = await product.venue.fault({ kind: 'reorder', seconds: 30, windowMs: 500 })
      await until(fault.until)
      return { detectedAfter: null, over: fault.until }
    },
  },
  {
    name: 'garbage between the good ones',
    async play({ product }) {
      const before = await quarantined(product)
      const fault = await product.venue.fault({ kind: 'garbage', seconds: 30, everyMs: 100 })
      await until(fault.until)
      await sleep(1_000)
      const kept = (await quarantined(product)) - before
      return {
        detectedAfter: null,
        over: fault.until,
        notes: { quarantined: kept },
        problems: kept > 0 ? [] : ['no garbage came to the quarantine'],
      }
    },
  },
  {
    name: 'HTTP 500 in the middle of a refill, the worker killed then',
    async play({ product }) {
      const { venue } = product
      const { next } = await venue.requests(0)
      const cut = await venue.fault({ kind: 'cut', seconds: 20, rest: true })
      await until(cut.until - 2_000)
      // Two answers are good, and everything after them is a failure.
      const failing = await venue.fault({ kind: 'serverError', seconds: 22, status: 500, after: 2 })
      let failed: number | undefined
      while (failed === undefined && Date.now() < failing.until - 5_000) {
        await sleep(50)
        failed = (await venue.requests(next)).entries.find((r) => r.at >= cut.until && r.status === 500)?.at
      }
      killWorker(product)
      await until(failing.until)
      return {
        detectedAfter: null,
        over: failing.until,
        problems: failed === undefined ? ['no request of the refill came to a 500: nothing was tested'] : [],
      }
    },
  },
]

interface Played {
  fault: string
  detectedAfterSeconds: number | null
  /** from the end of the fault until every market is live, with a column of a bucket that closed after it */
  backAfterSeconds: number | null
  notes: Record<string, number | string>
  lost: number
}

const { values: flags } = parseArgs({ options: { only: { type: 'string' }, write: { type: 'boolean', default: false } } })
const only = flags.only?.split(',')
const scenes = SCENES.filter(({ name }) => !only || only.some((word) => name.includes(word)))

let product: Product | undefined
let stopping: Promise<void> | null = null
const stop = (): Promise<void> => {
  stopping ??= product?.stop() ?? Promise.resolve()
  return stopping
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop().finally(() => process.exit(1)))

async function playAll(stage: Omit<Stage, 'begun'>, problems: string[]): Promise<Played[]> {
  const { product: on, watch } = stage
  const played: Played[] = []
  for (const { name, play } of scenes) {
    await watch.settled(SETTLED_WITHIN_MS)
    const { detectedAfter, over, problems: found = [], notes = {} } = await play({ ...stage, begun: Date.now() })
    const { backMs } = await watch.recovery(over, { rewritten: true, withinMs: WITHIN_MS })
    await watch.settled(SETTLED_WITHIN_MS)
    const { problems: differences } = await compare(on)
    const lost = await watch.lostColumns()
    problems.push(...[...found, ...differences, ...lost].map((problem) => `${name}: ${problem}`))
    const row = {
      fault: name,
      detectedAfterSeconds: detectedAfter,
      backAfterSeconds: seconds(backMs),
      notes,
      lost: differences.length + lost.length,
    }
    console.log(JSON.stringify(row))
    for (const problem of [...found, ...differences, ...lost]) console.log(`  ${problem}`)
    played.push(row)
  }
  return played
}

async function main(): Promise<number> {
  product = await openProduct()
  await product.venue.look()
  const watch = new Watch(product)
  const problems: string[] = []
  let played: Played[] = []
  let ledger: InstrumentFigures[] = []
  try {
    played = await playAll({ product, watch }, problems)
    const { figures, problems: found } = await verify(product, watch)
    ledger = figures
    problems.push(...found)
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error))
  }
  await watch.close()
  const result = { ...machine(), faults: played, ledger, problems }
  console.log(JSON.stringify(result, null, 2))
  if (flags.write) writeResults('venue', result)
  for (const problem of problems) console.error(problem)
  console.log(problems.length === 0 ? `\n${played.length} faults, nothing missing, nothing double` : `\n${problems.length} problems`)
  return problems.length === 0 ? 0 : 1
}

let code = 1
try {
  code = await main()
} catch (error) {
  console.error(error)
} finally {
  await stop()
}
process.exit(code)
