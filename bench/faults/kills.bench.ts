/**
 * kill -9 of the worker, the database and the web process of a running product, again and again at random moments, and what is
 * left when the venue's ledger is held against the database.
 *
 *   npm run bench -- faults/kills [--kills 100] [--seed 1] [--kinds worker,postgres] [--pause 12] [--limit 120] [--write]
 *
 * Each kill comes 0.5 to `--pause` seconds after the product is back from the one before. Recovery is the time until /readyz
 * answers, every market has a column of a bucket that closed after the kill (without the wait for that bucket's end), and every
 * feed is live; the goal is 15 s. `--kinds` takes these kinds in turn instead of by chance. Exit code 1 when anything that was
 * acknowledged is missing or double, or a recovery takes longer than `--limit` seconds. `--write` keeps the figures in
 * bench/faults/results/kills.json.
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { postmasterPid, servicePid } from './processes.ts'
import { openProduct, type Product } from './product.ts'
import { machine, seconds, spread, writeResults } from './report.ts'
import { verify } from './verify.ts'
import { type Recovery, Watch } from './watch.ts'

const GOAL_MS = 15_000
const SETTLED_WITHIN_MS = 300_000
/** A lease lasts 12 s: after this long another worker writes. */
const FROZEN_MS = { least: 14_000, most: 22_000 }
/** How often each kind is chosen. */
const KINDS = { worker: 35, postgres: 24, 'worker+postgres': 13, web: 18, frozen: 10 }
type Kind = keyof typeof KINDS

const { values: flags } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    kinds: { type: 'string' },
    pause: { type: 'string', default: '12' },
    limit: { type: 'string', default: '120' },
    write: { type: 'boolean', default: false },
  },
})
const [kills, seed, pause, limit] = [flags.kills, flags.seed, flags.pause, flags.limit].map(Number) as [number, number, number, number]
const inTurn = flags.kinds?.split(',').map((name) => {
  if (!(name in KINDS)) throw new Error(`There is no kind "${name}"; there are: ${Object.keys(KINDS).join(', ')}`)
  return name as Kind
})

/** mulberry32: the same kills at the same moments for the same seed. */
let state = seed
function random(): number {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

function choose(n: number): Kind {
  const roll = random() * Object.values(KINDS).reduce((a, b) => a + b)
  if (inTurn) return inTurn[n % inTurn.length] as Kind
  let sum = 0
  for (const [kind, weight] of Object.entries(KINDS)) {
    sum += weight
    if (roll < sum) return kind as Kind
  }
  return 'worker'
}

function kill(pid: number | null, what: string, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (pid === null) throw new Error(`${what} was to be killed and is not running.`)
  process.kill(pid, signal)
}

let product: Product | undefined
let frozen: number | null = null
let stopping: Promise<void> | null = null
const stop = (): Promise<void> => {
  stopping ??= (async () => {
    if (frozen !== null) process.kill(frozen, 'SIGCONT')
    await product?.stop()
  })()
  return stopping
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop().finally(() => process.exit(1)))

interface Killed extends Recovery {
  kind: Kind
}

async function strike({ pid, stateDir, secondWorker }: Product, watch: Watch, kind: Kind): Promise<Killed> {
  const back = { rewritten: kind !== 'web', withinMs: limit * 1000 }
  if (kind === 'frozen') return { kind, ...(await freeze({ pid, secondWorker }, watch)) }
  const since = Date.now()
  if (kind.startsWith('worker')) kill(servicePid(pid, 'worker'), 'The worker')
  if (kind.endsWith('postgres')) kill(postmasterPid(stateDir), 'Postgres')
  if (kind === 'web') kill(servicePid(pid, 'web'), 'The web process')
  return { kind, ...(await watch.recovery(since, back)) }
}

/** The worker stands still for longer than its lease; another takes over, and the first finds on waking that it may not write. */
async function freeze({ pid, secondWorker }: Pick<Product, 'pid' | 'secondWorker'>, watch: Watch): Promise<Recovery> {
  const standby: ChildProcess = secondWorker()
  const exited = once(standby, 'exit')
  await sleep(6_000 + random() * 2_000)
  const victim = servicePid(pid, 'worker')
  const since = Date.now()
  kill(victim, 'The worker', 'SIGSTOP')
  frozen = victim
  const waking = sleep(FROZEN_MS.least + random() * (FROZEN_MS.most - FROZEN_MS.least)).then(() => {
    kill(victim, 'The worker', 'SIGCONT')
    frozen = null
  })
  const recovery = await watch.recovery(since, { rewritten: true, withinMs: limit * 1000 })
  await waking
  await sleep(2_000)
  // What the other held comes back to the first one.
  const handedBack = Date.now()
  standby.kill('SIGTERM')
  await exited
  await watch.recovery(handedBack, { rewritten: true, withinMs: limit * 1000 })
  return recovery
}

function report(done: readonly Killed[], announced: number) {
  const kinds = Object.keys(KINDS).filter((kind) => done.some((k) => k.kind === kind))
  const rows = [...kinds, 'all'].map((kind) => {
    const of = done.filter((k) => kind === 'all' || k.kind === kind)
    return {
      kind,
      kills: of.length,
      ready: spread(of.map((k) => k.readyMs)),
      column: spread(of.map((k) => k.columnMs)),
      live: spread(of.map((k) => k.liveMs)),
      back: spread(of.map((k) => k.backMs)),
      within15s: of.filter((k) => k.backMs < GOAL_MS).length,
    }
  })
  return { seed, kills: done.length, announcedColumns: announced, secondsOfRecovery: rows }
}

async function main(): Promise<number> {
  product = await openProduct()
  await product.venue.look()
  const watch = new Watch(product)
  const done: Killed[] = []
  const problems: string[] = []
  const begin = performance.now()
  try {
    if (kills > 10) await watch.settled(SETTLED_WITHIN_MS)
    else await watch.recovery(Date.now(), { rewritten: true, withinMs: SETTLED_WITHIN_MS })
    while (done.length < kills && problems.length === 0 && !stopping) {
      await sleep(500 + random() * (pause * 1000 - 500))
      const killed = await strike(product, watch, choose(done.length))
      done.push(killed)
      problems.push(...(await watch.lostColumns()))
      const { kind, readyMs, columnMs, liveMs } = killed
      const at = new Date().toISOString().slice(11, 19)
      console.log(
        `${at} ${done.length}/${kills} ${kind}: ready after ${seconds(readyMs)} s, column ${seconds(columnMs)} s, live ${seconds(liveMs)} s`,
      )
    }
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error))
  }
  if (stopping) return 1
  await watch.settled(SETTLED_WITHIN_MS).catch((error: Error) => problems.push(error.message))
  const { figures, problems: found } = await verify(product, watch)
  problems.push(...found)
  const result = {
    ...machine(),
    minutes: Math.round((performance.now() - begin) / 6_000) / 10,
    ...report(done, watch.announcedCount),
    ledger: figures,
    problems,
  }
  await watch.close()
  console.log(JSON.stringify(result, null, 2))
  if (flags.write) writeResults('kills', result)
  for (const problem of problems) console.error(problem)
  console.log(problems.length === 0 ? `\n${done.length} kills, nothing missing, nothing double` : `\n${problems.length} problems`)
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
