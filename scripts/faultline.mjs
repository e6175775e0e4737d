// `npm run -s faultline -- COMMAND`: dispatches to the worker's and the simulator's command lines. What commands print goes to
// standard output; everything else (installer, database, progress) to standard error.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { database, root, run, say, sharedEnv, stateDir } from './environment.mjs'
import { venueEnv } from './venue-address.mjs'

const WORKER = 'apps/worker/src/cli/main.ts'
const SIMULATOR = 'packages/simulator/src/cli.ts'
const WEB = 'apps/web/cli.ts'
const BACKUP = 'packages/db/tools/backup.mjs'
const VENUE = 'packages/simulator/src/venue/cli.ts'
const COMMANDS = {
  import: { file: WORKER, database: true, live: true, what: "read Binance's public dumps into the database and estimate" },
  instruments: { file: WORKER, database: true, what: 'list the instruments in the database' },
  coverage: { file: WORKER, database: true, what: 'how much of a stretch of time each venue and channel covers, and the gaps' },
  retention: { file: WORKER, database: true, what: 'how long what is kept, what it weighs, and the same applied now' },
  export: { file: WORKER, database: true, what: 'write the columns of an instrument as CSV' },
  rebuild: { file: WORKER, database: true, what: 'estimate again from the stored events; --verify compares' },
  estimate: { file: WORKER, what: 'estimate a folder of one instrument, without a database' },
  score: { file: WORKER, what: 'score the estimate of a folder against truth and on the prints that followed, without a database' },
  cascade: { file: WORKER, what: 'what a sudden move would set off, from a map and an order book, without a database' },
  margin: { file: WORKER, what: 'liquidation price of one isolated position, by the rules of its venue' },
  venues: { file: WORKER, live: true, what: 'check: connect to each venue and say per channel what arrived, without a database' },
  normalise: { file: WORKER, what: 'what one raw message of a venue means, without a database' },
  simulate: { file: SIMULATOR, what: 'write the dump of a simulated market whose positions are known' },
  venue: { file: VENUE, what: 'serve simulated markets in the wire formats of venues, for ever' },
  procedures: { file: WEB, client: true, what: 'every procedure, route handler and page, and who may use it' },
  seed: { file: WEB, database: true, owner: true, what: 'fill the database with made-up people, teams and views, for load tests' },
  'rotate-keys': { file: WEB, database: true, owner: true, keys: true, what: 'seal everything anew with the first of the encryption keys' },
  backup: { file: BACKUP, database: true, owner: true, what: 'write everything that this installation holds into one file' },
  restore: { file: BACKUP, database: true, owner: true, what: 'read such a file into an installation that holds nothing yet' },
  worker: {
    file: WORKER,
    database: true,
    live: true,
    keys: true,
    what: 'listen to the data sources; npm start runs one, more may run beside it',
  },
}
const help = () =>
  [
    'usage: npm run -s faultline -- COMMAND [options]',
    '',
    ...Object.entries(COMMANDS).map(([name, c]) => `  ${name.padEnd(12)} ${c.what}`),
    '',
    'Each command has --help. Results go to standard output or --out, progress and messages to standard error.',
  ].join('\n')

const [name, ...args] = process.argv.slice(2)
let child
let db
const finish = async (code) => {
  await db?.stop()
  process.exit(code)
}
for (const s of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(s, () => (child ? child.kill(s) : finish(1)))
process.on('disconnect', () => (child ? child.kill('SIGTERM') : finish(1))) // bootstrap.mjs was killed

/** Runs one of our command lines to its end and gives its exit code. */
const call = (file, argv, env) =>
  new Promise((done, failed) => {
    // The channel tells the command when this process is gone, however it died.
    child = spawn(process.execPath, [path.join(root, file), ...argv], { cwd: root, stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env })
    child.once('error', failed)
    child.once('exit', (code) => {
      child = undefined
      done(code ?? 1)
    })
  })

try {
  const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name] : undefined
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(help())
    process.exit(0)
  }
  if (!command) {
    say(`There is no command "${name}".\n\n${help()}`)
    process.exit(2)
  }
  const env = { ...process.env, INIT_CWD: process.env.INIT_CWD ?? process.cwd() }
  const asksForHelp = args.includes('--help') || args.includes('-h')
  const needsDatabase = command.database && !asksForHelp
  if (needsDatabase || command.database || command.client) {
    if (!existsSync(path.join(root, 'packages/db/src/generated/prisma/client.ts')) || !env.DATABASE_APP_URL)
      await run('turbo', ['run', 'generate', '--output-logs=errors-only'], { quiet: true })
  }
  if (needsDatabase && (command.owner || !env.DATABASE_APP_URL || env.DATABASE_URL)) {
    db = await database({ log: say })
    env.DATABASE_APP_URL = db.appUrl
    if (command.owner) env.FAULTLINE_OWNER_URL = db.ownerUrl
    delete env.DATABASE_URL
  }
  if (command.live) Object.assign(env, { ...venueEnv(), ...env, FAULTLINE_STATE_DIR: stateDir })
  if (command.keys && !asksForHelp) Object.assign(env, sharedEnv())
  const code = await call(command.file, [WORKER, WEB, BACKUP].includes(command.file) ? [name, ...args] : args, env)
  await finish(code)
} catch (e) {
  say(`\n${e.message}\n`)
  await finish(1)
}
