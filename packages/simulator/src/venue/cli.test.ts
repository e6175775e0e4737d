import { type ChildProcess, execFile, fork } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const CLI = fileURLToPath(new URL('./cli.ts', import.meta.url))
const SMALL = ['--seed', '7', '--symbols', 'SIMSPARKUSDT', '--history-days', '0.1', '--warm-up-days', '0.1']

interface Address {
  rest: string
  ws: string
  control: string
}

describe('venue on the command line', { timeout: 60_000 }, () => {
  let dir: string
  const children: ChildProcess[] = []
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'faultline-venue-cli-'))
  })
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    await rm(dir, { recursive: true, force: true })
  })

  interface Running {
    child: ChildProcess
    told: Address & { ready: boolean; venues?: Record<string, Address> }
    stdout: () => string
    ended: Promise<number | null>
  }
  const begin = (...args: string[]): Promise<Running> =>
    new Promise((done, failed) => {
      const child = fork(CLI, args, { cwd: dir, silent: true, env: { ...process.env, INIT_CWD: dir } })
      children.push(child)
      let stdout = ''
      child.stdout?.on('data', (data) => {
        stdout += String(data)
      })
      const ended = new Promise<number | null>((gone) => child.once('exit', gone))
      child.once('message', (told) => done({ child, told: told as Running['told'], stdout: () => stdout, ended }))
      ended.then((code) => failed(new Error(`it ended with ${code}`)))
    })
  const whenReady = ({ control }: { control: string }) =>
    expect
      .poll(async () => ((await (await fetch(`${control}/state`)).json()) as { instruments: { ready: boolean }[] }).instruments[0]?.ready, {
        timeout: 30_000,
      })
      .toBe(true)

  it('says where it listens, and ends with a checkpoint when it is asked to', async () => {
    const venue = await begin(...SMALL, '--state', 'here', '--clock-start', '2026-06-01', '--speed', '10')
    await whenReady(venue.told)
    const { rest, ws, control } = venue.told
    expect(JSON.parse(venue.stdout())).toEqual({ rest, ws, control })
    expect(venue.stdout().trimEnd().split('\n')).toHaveLength(1)
    const { serverTime } = (await (await fetch(`${rest}/fapi/v1/time`)).json()) as { serverTime: number }
    expect(new Date(serverTime).toISOString().slice(0, 10)).toBe('2026-06-01')
    venue.child.kill('SIGTERM')
    expect(await venue.ended).toBe(0)
    expect((await readdir(join(dir, 'here'))).sort()).toEqual(['SIMSPARKUSDT.market', 'venue.json'])
  })

  it('splits its markets over venues, each with addresses of its own', async () => {
    const venues = 'binance,bybit,okx,gate,hyperliquid'
    const { told, stdout } = await begin(...SMALL, '--venues', venues, '--venue-ports', 'bybit=0:0,okx=0:0')
    await whenReady(told)
    const { ready: _, ...said } = told
    expect(JSON.parse(stdout())).toEqual(said)
    expect(Object.keys(told.venues ?? {})).toEqual(venues.split(','))
    expect(told.venues?.binance).toEqual({ rest: told.rest, ws: told.ws, control: told.control })
    const past = `from=0&to=${Math.floor(Date.now() / 60_000) * 60_000}`
    const total = async ({ control }: Address): Promise<{ tradeCount: number; own: { tradeCount: number } }> =>
      (await (await fetch(`${control}/total?symbol=SIMSPARKUSDT&${past}`)).json()) as never
    const totals = await Promise.all(Object.values(told.venues ?? {}).map(total))
    expect(new Set(totals.map(({ tradeCount }) => tradeCount)).size).toBe(1)
    expect(totals.reduce((sum, { own }) => sum + own.tradeCount, 0)).toBe(totals[0]?.tradeCount)
  })

  it('ends when whoever started it is gone', async () => {
    const venue = await begin(...SMALL)
    venue.child.disconnect()
    expect(await venue.ended).toBe(0)
  })

  const run = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((done) => {
      execFile(process.execPath, [CLI, ...args], { cwd: dir }, (error, stdout, stderr) =>
        done({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
      )
    })

  it('explains itself', async () => {
    const { code, stdout } = await run('--help')
    expect(code).toBe(0)
    for (const option of [
      '--seed',
      '--port',
      '--control-port',
      '--state',
      '--history-days',
      '--speed',
      '--symbols',
      '--venues',
      '--split',
      '--clock-start',
    ])
      expect(stdout).toContain(option)
  })

  it.each([
    [['--seed', 'many'], '--seed'],
    [['--seed', '1', '--port', '70000'], '--port'],
    [['--seed', '1', '--clock-start', 'soon'], '--clock-start'],
    [['--seed', '1', '--symbols', 'BTCUSDT'], 'SIMOAKUSDT'],
    [['--seed', '1', '--venues', 'binance,bitmex'], '--venues'],
    [['--seed', '1', '--venue-ports', 'okx=1'], '--venue-ports'],
  ])('refuses %j, naming %s', async (args, named) => {
    const { code, stdout, stderr } = await run(...args)
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain(named)
    expect(stderr).not.toMatch(/\n\s+at /)
  })

  it('says that its port is taken', async () => {
    const other = createServer()
    const port = await new Promise<number>((done) => other.listen(0, '127.0.0.1', () => done((other.address() as { port: number }).port)))
    try {
      const { code, stderr } = await run(...SMALL, '--port', String(port))
      expect(code).toBe(1)
      expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use already`)
    } finally {
      other.close()
    }
  })
})
